import { check } from '../../model/check.ts';
import { applied } from '../../model/fields.ts';
import { formatLink, parseLink } from '../../model/link.ts';
import { plan } from '../../model/deployment.ts';
import { procedureOf } from '../../emit/quotes/procedures.ts';
import type { Say } from '../../model/say.ts';
import { architectureText } from '../../view/architecture.ts';
import { html, type Html } from '../../view/html.ts';
import { procedureHtml } from '../../view/procedure.ts';
import { need, part } from '../dom.ts';
import { put } from '../trusted.ts';
import { remember, remembered } from './remembered.ts';
import { reportLater } from './reportLater.ts';

/**
 * Makes a function that shows the page's architecture in its commands, in its name, and in the links to
 * the generator, which open on it. It is the one of the address, or else the reader's own. That of an address
 * becomes the reader's own by a button only.
 *
 * @param root the element that names the architecture
 * @param say the texts of the page's language
 * @returns brings the page up to date; resolves to false where a script that it needs could not be loaded
 */
export function follower(root: HTMLElement, say: Say): () => Promise<boolean> {
  const guide = need(root, 'a[data-part=describe]', HTMLAnchorElement).pathname;
  const report = need(root, 'link-report');
  const keyOf = (...parts: unknown[]) => JSON.stringify(parts);
  /** The key of the architecture on the page, or of the next one; the page begins with the default. */
  let shown = keyOf('', '', []);

  const show = async (): Promise<boolean> => {
    const own = remembered();
    const linked = location.hash.includes('=');
    const link = parseLink(linked ? location.hash : own);
    const { architecture } = link;
    const state = formatLink(architecture);
    const from = state === own ? (own === '' ? 'default' : 'own') : 'link';
    const key = keyOf(state, own, linked ? link.issues : []);
    if (key !== shown) {
      const previous = shown;
      shown = key;
      const problems = [
        ...(linked ? link.issues : []),
        ...check(architecture).filter(({ severity }) => severity !== 'todo'),
      ];
      const beside = await reportLater(report, {
        proposal:
          from === 'link'
            ? { architecture, base: parseLink(own).architecture, own: own !== '' }
            : undefined,
        issues: problems,
      });
      if (shown !== key) return true;
      if (beside === undefined) {
        shown = previous;
        return false;
      }

      const deployment = plan(architecture);
      const wrong = problems.some(({ severity }) => severity === 'error');
      const reasons = html`<a href="#${root.id}">${say('your.reasons')}</a>`;
      const note: Html = wrong
        ? html`<p class="issue error">${say('your.error')} ${reasons}</p>`
        : html`${beside}${
            problems.length > 0 &&
            html`<p class="issue warning">
              ${say('your.warnings', { count: problems.length })}. ${reasons}
            </p>`
          }`;
      for (const place of document.querySelectorAll<HTMLElement>('[data-procedure]')) {
        const procedure = procedureOf(place.dataset['procedure'] ?? '');
        if (!procedure) continue;
        put(place, wrong ? note : html`${note}${procedureHtml(procedure, deployment, say)}`);
      }
      part(root, 'which').textContent = say(`your.${from}`);
      part(root, 'architecture').textContent = architectureText(deployment, say);
      part(root, 'describe').textContent = say(
        from === 'default' ? 'your.describe' : 'your.change',
      );
      part(root, 'forget').hidden = from !== 'own';
      for (const anchor of document.querySelectorAll<HTMLAnchorElement>('a[href]')) {
        if (anchor.pathname !== guide) continue;
        anchor.hash = formatLink(architecture, parseLink(anchor.hash).anchor);
      }
    }
    // The browser looks for an id that is the whole fragment, and finds none where a state follows.
    if (link.anchor !== '' && location.hash !== `#${link.anchor}`)
      document.getElementById(link.anchor)?.scrollIntoView();
    return true;
  };

  /** Takes the state out of the address. */
  const leaveLink = (): void => {
    const { anchor } = parseLink(location.hash);
    if (!location.hash.includes('=')) return;
    history.replaceState(null, '', `${location.pathname}${anchor && `#${anchor}`}`);
    // The link to the other language takes the fragment along.
    dispatchEvent(new Event('redis-pod:state'));
  };

  root.addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest('button');
    if (!button) return;
    const use = 'use' in button.dataset;
    const forget = button.dataset['part'] === 'forget';
    if (!use && !forget && !('leave' in button.dataset)) return;
    if (use) remember(formatLink(applied(parseLink(location.hash).architecture)));
    if (forget) remember('');
    leaveLink();
    void show();
    // The button is about to be hidden.
    part(root, 'describe').focus();
  });

  // A heading's link keeps the state of the address: without it the commands would be others.
  document.addEventListener('click', (event) => {
    const { target, ctrlKey, metaKey, shiftKey } = event;
    const link = target instanceof Element && target.closest<HTMLAnchorElement>('a[href^="#"]');
    if (!link || ctrlKey || metaKey || shiftKey || !location.hash.includes('=')) return;
    event.preventDefault();
    location.hash = formatLink(parseLink(location.hash).architecture, parseLink(link.hash).anchor);
  });
  return show;
}
