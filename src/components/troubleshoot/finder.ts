import { isLoopback } from '../../model/address.ts';
import { causesOf, type Cause } from '../../troubleshoot/causes.ts';
import type { Say } from '../../model/say.ts';
import { passagesWith } from '../../troubleshoot/words.ts';
import { part } from '../dom.ts';

/** An entry of the page: a message or a symptom. */
interface Entry {
  readonly id: string;
  readonly title: Element;
  /** The list item that names the cause. */
  readonly cause: Element | undefined;
  /** The heading of the entry's section. */
  readonly section: HTMLElement;
  /** The elements of the entry, its heading first. */
  readonly elements: HTMLElement[];
}

/** An entry that explains the text. A known message also has the address that it names. */
interface Hit {
  readonly entry: Entry;
  readonly cause?: Cause;
}

/** How long the reader pauses before the text is searched for, in milliseconds. */
const PAUSE = 150;

/** Copies the content of an element, without its links and the label that it begins with. */
function copyOf(element: Element, tag: 'a' | 'p'): HTMLElement {
  const copy = document.createElement(tag);
  for (const node of element.cloneNode(true).childNodes) copy.append(node.cloneNode(true));
  copy.querySelector(':scope > strong:first-child')?.remove();
  for (const link of copy.querySelectorAll('a')) link.replaceWith(...link.childNodes);
  // The colon after the label.
  const first = copy.firstChild;
  if (tag === 'p' && first instanceof Text) first.data = first.data.replace(/^\s*:\s*/, '');
  return copy;
}

/**
 * Makes a function that shows the causes of a text: it lists them under the box, leaves their
 * entries on the page and hides the others. An empty text shows every entry again.
 *
 * @param root the element with the box; the page's entries come after it
 */
export function finder(root: HTMLElement, say: Say): (text: string) => void {
  const entries: Entry[] = [];
  const page: HTMLElement[] = [];
  let section = root;
  for (let next = root.nextElementSibling; next; next = next.nextElementSibling) {
    if (!(next instanceof HTMLElement) || next.matches('script, style')) continue;
    page.push(next);
    if (next.querySelector('h2')) section = next;
    const title = next.querySelector('h3');
    if (title) entries.push({ id: title.id, title, cause: undefined, section, elements: [next] });
    else if (next.querySelector('h2') === null) entries.at(-1)?.elements.push(next);
  }
  const known = entries.map((entry): Entry => {
    const items = entry.elements.flatMap((element) => [...element.querySelectorAll('li')]);
    const cause = items.find((item) => item.querySelector('strong')?.textContent === 'Cause');
    return { ...entry, cause };
  });
  const small = say('site.searchSmallWords').split(' ');

  const hitsOf = (text: string): Hit[] => {
    const found = causesOf(text).flatMap((cause): Hit[] => {
      const entry = known.find(({ id }) => id === cause.id);
      return entry ? [{ entry, cause }] : [];
    });
    if (found.length > 0) return found;
    const passages = known.map(({ title, cause }) => ({
      title: title.textContent,
      text: cause?.textContent ?? '',
    }));
    return passagesWith(text, passages, small).flatMap((at) => {
      const entry = known[at];
      return entry ? [{ entry }] : [];
    });
  };

  const itemOf = ({ entry, cause }: Hit): HTMLElement => {
    const item = document.createElement('li');
    const link = copyOf(entry.title, 'a') as HTMLAnchorElement;
    link.href = `#${entry.id}`;
    item.append(link);
    const sentinel = entry.section.querySelector('h2#sentinel');
    if (sentinel) item.append(` (${sentinel.textContent})`);
    if (entry.cause) item.append(copyOf(entry.cause, 'p'));
    const { host, port = '' } = cause ?? {};
    if (host !== undefined) {
      const address = document.createElement('p');
      address.textContent = isLoopback(host.replace(/^\[|\]$/g, ''))
        ? say('find.loopback', { host })
        : say('find.address', { host });
      if (port !== '') address.textContent += ` ${say('find.port', { port })}`;
      item.append(address);
    }
    return item;
  };

  const reveal = (id: string): void => {
    const target = document.getElementById(id)?.closest<HTMLElement>('[hidden]');
    if (!target || !page.includes(target)) return;
    const entry = known.find(({ elements }) => elements.includes(target));
    const shown = entry ? [entry.section, ...entry.elements] : page;
    for (const element of shown) element.hidden = false;
  };
  // The browser cannot follow a link to a hidden entry.
  document.addEventListener(
    'click',
    ({ target }) => {
      const link = target instanceof Element && target.closest('a');
      if (link && link.pathname === location.pathname)
        reveal(decodeURIComponent(link.hash.slice(1)));
    },
    { capture: true },
  );
  addEventListener('hashchange', () => {
    reveal(decodeURIComponent(location.hash.slice(1)));
  });

  const show = (text: string): void => {
    const asked = text.trim() !== '';
    const hits = asked ? hitsOf(text) : [];
    const kept = new Set(hits.flatMap(({ entry }) => [entry.section, ...entry.elements]));
    for (const element of page) element.hidden = hits.length > 0 && !kept.has(element);
    part(root, 'found').replaceChildren(...hits.map(itemOf));
    part(root, 'clear').hidden = !asked;
    const count = hits.length;
    part(root, 'status').textContent = !asked
      ? ''
      : count > 0
        ? say('find.count', { count })
        : say('find.none');
  };

  let waiting: ReturnType<typeof setTimeout> | undefined;
  return (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE, text);
  };
}
