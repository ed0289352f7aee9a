import { DEFAULTS, fieldText, type Architecture } from '../../model/architecture.ts';
import { FIELDS, readFields } from '../../model/fields.ts';
import { check } from '../../model/check.ts';
import { formatLink, parseLink } from '../../model/link.ts';
import { PRESETS } from '../../model/presets.ts';
import type { Say } from '../../model/say.ts';
import { html } from '../../view/html.ts';
import { htmlLink, markdownLink } from '../../view/links.ts';
import { OFFERED } from './offered.ts';
import { need, part } from '../dom.ts';
import { put } from '../trusted.ts';

/**
 * Makes the form follow its author: the choices become an address and the link in Markdown and in
 * HTML, or messages that say why they cannot.
 *
 * @param root the element with the form and the result
 * @param say the texts of the page's language
 */
export function startLinkForm(root: HTMLElement, say: Say): void {
  const control = (name: string) =>
    need(root, `[name=${name}]`) as HTMLInputElement | HTMLSelectElement;
  const chosen = (name: string) =>
    need(root, `[name=${name}]`, HTMLSelectElement).selectedOptions[0];
  const isBox = (box: Element): box is HTMLInputElement =>
    box instanceof HTMLInputElement && box.type === 'checkbox';

  const textOf = (name: (typeof OFFERED)[number]): string => {
    const box = control(name);
    return isBox(box) && !box.checked ? fieldText(DEFAULTS, name) : box.value;
  };

  const fill = (architecture: Architecture): void => {
    for (const name of OFFERED) {
      const box = control(name);
      const text = fieldText(architecture, name);
      if (isBox(box)) box.checked = text === box.value;
      else box.value = text;
    }
  };

  const fillFromPreset = (): void => {
    const preset = PRESETS.find(({ id }) => id === control('preset').value);
    if (preset) fill(preset.architecture);
  };

  const update = (): void => {
    const texts = new Map(OFFERED.map((name) => [name, textOf(name)]));
    const read = readFields(texts, DEFAULTS);
    // A field that changes nothing in this architecture would only make the link longer.
    const applying = OFFERED.filter((name) => FIELDS[name].applies(read.architecture));
    for (const name of OFFERED)
      need(root, `[data-field=${name}]`).hidden = !applying.includes(name);
    const { architecture, issues: misread } = readFields(
      new Map(applying.map((name) => [name, textOf(name)])),
      DEFAULTS,
    );

    const place = chosen('place');
    const [page = '', heading = ''] = (place?.value ?? '').split('#');
    const follows = place?.closest('[data-follows]') != null;
    const fragment = follows ? formatLink(architecture, heading) : heading;
    const address = `${root.dataset['root'] ?? ''}${control('language').value}/${page}${fragment && `#${fragment}`}`;
    part(root, 'same').hidden = follows;

    const issues = [
      ...misread,
      ...check(architecture).filter(({ severity }) => severity === 'error'),
      ...parseLink(address).issues,
    ];
    for (const name of OFFERED)
      control(name).setAttribute(
        'aria-invalid',
        String(issues.some(({ field }) => field === name)),
      );
    const messages = html`${issues.map(
      ({ code, field, params }) =>
        html`<p class="issue error">
          ${field && html`<strong>${say(`field.${field}`)}</strong> `}${say(`issue.${code}`, params)}
        </p>`,
    )}`;
    put(part(root, 'issues'), messages);
    part(root, 'result').hidden = issues.length > 0;
    const text = control('wording').value || (chosen('language')?.dataset['wording'] ?? '');
    part(root, 'address').textContent = address;
    part(root, 'markdown').textContent = markdownLink(text, address);
    part(root, 'html').textContent = htmlLink(text, address);
    need(root, 'a[data-part=try]', HTMLAnchorElement).href = address;
  };

  need(root, 'form').addEventListener('input', ({ target }) => {
    const { name } = target as HTMLInputElement;
    if (name === 'preset') fillFromPreset();
    else if (OFFERED.some((offered) => offered === name)) control('preset').value = '';
    if (name === 'language') followLanguage();
    update();
  });

  /** Translates the link's text, unless the author has changed it. */
  const followLanguage = (): void => {
    const wording = control('wording');
    const usual = Array.from(
      need(root, '[name=language]', HTMLSelectElement).options,
      (option) => option.dataset['wording'],
    );
    if (usual.includes(wording.value)) wording.value = chosen('language')?.dataset['wording'] ?? '';
  };

  // The author may have chosen something while the script was loading.
  fillFromPreset();
  followLanguage();
  update();
}
