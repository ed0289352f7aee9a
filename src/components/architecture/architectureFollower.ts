import { formatLink, parseLink } from '../../model/link.ts';
import { plan } from '../../model/deployment.ts';
import { procedureOf } from '../../emit/quotes/procedures.ts';
import type { Say } from '../../model/say.ts';
import { architectureText } from '../../view/architecture.ts';
import { procedureHtml } from '../../view/procedure.ts';
import { need, part } from '../dom.ts';
import { put } from '../trusted.ts';
import { remember } from './remembered.ts';

/**
 * Makes a function that shows an architecture on the page: in its commands, in its name, and in the
 * links to the generator, which open on it.
 *
 * @param root the element that names the architecture
 * @param say the texts of the page's language
 * @returns takes the fragment that describes the architecture; empty for the default
 */
export function follower(root: HTMLElement, say: Say): (fragment: string) => void {
  const guide = need(root, 'a[data-part=describe]', HTMLAnchorElement).pathname;
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
      for (const [name, text] of Object.entries(sentences)) part(root, name).textContent = text;
      part(root, 'forget').hidden = !own;
      for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href]')) {
        if (link.pathname !== guide) continue;
        const { anchor: heading } = parseLink(link.hash);
        link.hash = formatLink(architecture, heading);
      }
    }
    // The browser looks for an id that is the whole fragment, and finds none where a state follows.
    if (anchor !== '' && location.hash !== `#${anchor}`)
      document.getElementById(anchor)?.scrollIntoView();
  };

  part(root, 'forget').addEventListener('click', () => {
    if (location.hash.includes('=')) history.replaceState(null, '', location.pathname);
    show('');
    part(root, 'describe').focus();
  });
  return show;
}
