import { formatLink, parseLink } from '../../model/link.ts';
import { plan } from '../../model/deployment.ts';
import { procedureOf } from '../../emit/quotes/procedures.ts';
import type { Say } from '../../model/say.ts';
import { architectureText } from '../../view/architecture.ts';
import { procedureHtml } from '../../view/procedure.ts';
import { remember } from './remembered.ts';
import { put } from '../trusted.ts';

/**
 * Makes what shows an architecture on the page: its commands, its name, and the links to the
 * generator, which open on it.
 *
 * @param root the element that says whose architecture it is
 * @returns takes the fragment that describes it; empty for the default
 */
export function follower(root: HTMLElement, say: Say): (fragment: string) => void {
  const part = (name: string) => root.querySelector<HTMLElement>(`[data-part=${name}]`);
  const guide = part('describe')?.getAttribute('href')?.split('#')[0] ?? '';
  let shown: string | undefined = '';

  const show = (fragment: string): void => {
    const { anchor, architecture } = parseLink(fragment);
    const state = formatLink(architecture);
    if (state !== shown) {
      shown = state;
      remember(state);
      const deployment = plan(architecture);
      for (const place of document.querySelectorAll<HTMLElement>('[data-procedure]')) {
        const procedure = procedureOf(place.dataset['procedure'] ?? '');
        if (procedure) put(place, procedureHtml(procedure, deployment, say));
      }
      const own = state !== '';
      const sentences = {
        which: say(own ? 'your.own' : 'your.default'),
        architecture: architectureText(deployment, say),
        describe: say(own ? 'your.change' : 'your.describe'),
      };
      for (const [name, text] of Object.entries(sentences)) {
        const place = part(name);
        if (place) place.textContent = text;
      }
      part('forget')?.toggleAttribute('hidden', !own);
      for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href]')) {
        const [path, aim = ''] = (link.getAttribute('href') ?? '').split('#');
        if (new URL(path ?? '', location.href).pathname !== guide) continue;
        const { anchor: heading } = parseLink(aim);
        link.hash = formatLink(architecture, heading);
      }
    }
    // The browser looks for an id that is the whole fragment, and finds none.
    if (anchor !== '' && location.hash !== `#${anchor}`)
      document.getElementById(anchor)?.scrollIntoView();
  };

  part('forget')?.addEventListener('click', () => {
    if (location.hash.includes('=')) history.replaceState(null, '', location.pathname);
    show('');
    part('describe')?.focus();
  });
  return show;
}
