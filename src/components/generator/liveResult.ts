import { changesBetween, fileId, type Changes } from '../../emit/changes.ts';
import type { ConfigFile } from '../../emit/files.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Say } from '../../model/say.ts';
import { drawn, viewBox, type Drawn } from '../../view/diagram.ts';
import { badgesHtml, byServer, linesHtml, NO_CHANGES, serverHtml } from '../../view/files.ts';
import type { Html } from '../../view/html.ts';
import { ref } from '../../view/refs.ts';
import { handleButtons, usesRows } from '../../view/table.ts';
import { put } from '../trusted.ts';
import { inSight, type Agenda } from './agenda.ts';
import { need } from '../dom.ts';
import { Pieces } from './pieces.ts';

/** A state of the result. */
export interface Result {
  readonly deployment: Deployment;
  readonly files: readonly ConfigFile[];
  /** The files that changes are marked against, if they are. */
  readonly before?: readonly ConfigFile[];
}

/** What is marked in some files; the lines of no other file need to be worked out for it. */
function changesIn(own: readonly ConfigFile[], before: Result['before']): Changes {
  if (before === undefined) return NO_CHANGES;
  const ids = new Set(own.map(fileId));
  return changesBetween(
    before.filter((file) => ids.has(fileId(file))),
    own,
  );
}

/** A file that is on the page. */
interface Shown {
  readonly box: HTMLElement;
  readonly badges: HTMLElement;
  readonly lines: Pieces;
}

/** A part of the result that is there whatever the reader chooses: a drawing, which has a size, or another. */
type Part = Drawn | { readonly pieces: readonly Html[] };

function resize(box: Element, part: Part): void {
  if (!('height' in part) || box.getAttribute('viewBox') === viewBox(part)) return;
  box.setAttribute('viewBox', viewBox(part));
  box.setAttribute('height', String(part.height));
}

/** Works something out when it is first asked for. */
function once<T extends object>(work: () => T): () => T {
  let done: T | undefined;
  return () => (done ??= work());
}

/** What is to change in sight, once it is known what that is. */
type Writes = (() => void)[];

/** What a server's files look like but for their lines: whose they are, and where they go. */
function outline(own: readonly ConfigFile[], { servers }: Deployment): string {
  const [first] = own;
  return JSON.stringify([
    servers.find(({ id }) => id === first?.server)?.count,
    own.map((file) => [fileId(file), file.path, file.host]),
  ]);
}

/**
 * The result beside the form: drawing, table and files. The build has made it; this replaces what
 * differs, in sight at once and elsewhere after the next frame.
 */
export class LiveResult {
  readonly #root: HTMLElement;
  readonly #say: Say;
  readonly #agenda: Agenda;
  /** Shows a part that is there whatever the reader chooses. */
  readonly #parts: ((deployment: Deployment, now: Writes) => void)[] = [];
  readonly #outlines = new WeakMap<Element, string>();
  readonly #files = new Map<string, Shown>();

  /**
   * @param root the element that has the result
   * @param say the texts of the page's language
   * @param agenda when it is painted
   * @param built the state that is on the page, nothing of which is marked
   */
  constructor(root: HTMLElement, say: Say, agenda: Agenda, built: Result) {
    this.#root = root;
    this.#say = say;
    this.#agenda = agenda;
    const { deployment, files } = built;
    for (const shape of ['wide', 'narrow'] as const) {
      const box = need(root, `[data-part=diagram] .${shape}`, SVGElement);
      const draw = (now: Deployment) => drawn(now, say, shape);
      this.#part(box, new Pieces(box, draw(deployment).pieces), draw);
    }
    for (const [place, rows] of [
      ['[data-part=table]', usesRows],
      ['[data-part=handles]', handleButtons],
    ] as const) {
      const box = need(root, place);
      const pieces = new Pieces(box.querySelector('tbody') ?? box, rows(deployment, say));
      this.#part(box, pieces, (now) => ({ pieces: rows(now, say) }));
    }
    for (const [server, own] of byServer(files))
      this.#found(need(root, `.server[data-of="${ref.server(server)}"]`), own, built);
  }

  /** Shows a state. The page is looked at first, and changed then. */
  show(result: Result): void {
    const now: Writes = [];
    for (const show of this.#parts) show(result.deployment, now);
    this.#allFiles(result, now);
    for (const write of now) write();
  }

  #allFiles(result: Result, now: Writes): void {
    const known = this.#sections();
    const wanted = new Map<string, ConfigFile[]>(
      [...byServer(result.files)].map(([server, own]) => [ref.server(server), own]),
    );
    for (const [name, own] of wanted) {
      const section = known.get(name);
      if (section) this.#server(section, own, result, now);
    }
    const names = [...wanted.keys()];
    const sees = (name = '') => {
      const section = known.get(name);
      return section !== undefined && inSight(section);
    };
    const gone = [...known.keys()].filter((name) => !wanted.has(name));
    const come = names.filter((name) => !known.has(name));
    this.#agenda.drop('servers');
    if (gone.length === 0 && come.length === 0) return;
    const seen =
      gone.some(sees) ||
      names.some((name, at) => come.includes(name) && (sees(names[at - 1]) || sees(names[at + 1])));
    // Sections that come and go have the browser look anew at the styles of their neighbours.
    const change = () => this.#servers(wanted, result);
    if (seen) now.push(change);
    else this.#agenda.after('servers', change);
  }

  /** The servers' sections that are on the page, by name. */
  #sections(): Map<string, HTMLElement> {
    const sections = this.#root.querySelectorAll<HTMLElement>('[data-part=files] > .server');
    return new Map(Array.from(sections, (section) => [section.dataset['of'] ?? '', section]));
  }

  /** Has a section for each server, in their order, and no other. */
  #servers(wanted: Map<string, ConfigFile[]>, result: Result): void {
    const known = this.#sections();
    const place = need(this.#root, '[data-part=files]');
    for (const [name, section] of known) {
      if (wanted.has(name)) continue;
      for (const box of section.querySelectorAll<HTMLElement>('.file')) this.#forget(box);
      this.#agenda.drop(section);
      section.remove();
    }
    let at = place.firstElementChild;
    for (const [name, own] of wanted) {
      const section = known.get(name) ?? document.createElement('section');
      if (section === at) at = at.nextElementSibling;
      else place.insertBefore(section, at);
      if (known.has(name)) continue;
      section.className = 'server';
      section.dataset['of'] = name;
      this.#whole(section, own, result);
    }
  }

  #part(box: Element, pieces: Pieces, make: (deployment: Deployment) => Part): void {
    this.#parts.push((deployment, now) => {
      const made = once(() => make(deployment));
      const whole = () => {
        resize(box, made());
        pieces.show(made().pieces);
      };
      // What moves into sight from beyond the window's edge comes a frame later.
      if (inSight(box)) now.push(() => resize(box, made()), pieces.inSight(made().pieces, inSight));
      this.#agenda.after(box, whole);
    });
  }

  #forget(box: HTMLElement): void {
    this.#agenda.drop(box);
    const id = box.dataset['file'] ?? '';
    // The file of that name may be another server's by now.
    if (this.#files.get(id)?.box === box) this.#files.delete(id);
  }

  /** Brings the files of a server in line: their lines, or all of it where others are there. */
  #server(section: Element, own: readonly ConfigFile[], result: Result, now: Writes): void {
    this.#agenda.drop(section);
    if (this.#outlines.get(section) === outline(own, result.deployment)) {
      for (const file of own) this.#file(file, result, now);
      return;
    }
    const whole = () => this.#whole(section, own, result);
    if (inSight(section)) now.push(whole);
    else this.#agenda.after(section, whole);
  }

  #whole(section: Element, own: readonly ConfigFile[], result: Result): void {
    const boxes = [...section.querySelectorAll<HTMLDetailsElement>('.file')];
    const folded = boxes.filter(({ open }) => !open).map(({ dataset }) => dataset['file']);
    for (const box of boxes) this.#forget(box);
    put(section, serverHtml(own, result.deployment, this.#say, changesIn(own, result.before)));
    for (const box of section.querySelectorAll<HTMLDetailsElement>('.file'))
      box.open = !folded.includes(box.dataset['file']);
    this.#found(section, own, result);
  }

  /** Takes note of a server's files that are on the page. */
  #found(section: Element, own: readonly ConfigFile[], { deployment, before }: Result): void {
    const changes = changesIn(own, before);
    this.#outlines.set(section, outline(own, deployment));
    for (const file of own) {
      const id = fileId(file);
      const box = need(section, `[data-file="${CSS.escape(id)}"]`);
      const badges = need(box, '.badges');
      const lines = linesHtml(file, deployment, this.#say, changes);
      this.#files.set(id, { box, badges, lines: new Pieces(need(box, 'pre code'), lines) });
    }
  }

  #file(file: ConfigFile, { deployment, before }: Result, now: Writes): void {
    const shown = this.#files.get(fileId(file));
    if (!shown) throw new Error(`The page has no ${fileId(file)}`);
    const { box, badges, lines } = shown;
    const made = once(() => {
      const changes = changesIn([file], before);
      const marks = badgesHtml(file, deployment, this.#say, changes);
      return { marks, pieces: linesHtml(file, deployment, this.#say, changes) };
    });
    const mark = () => {
      if (badges.innerHTML !== made().marks.text) put(badges, made().marks);
    };
    if (inSight(box)) {
      if (inSight(badges)) now.push(mark);
      now.push(lines.inSight(made().pieces, inSight));
    }
    this.#agenda.after(box, () => {
      mark();
      lines.show(made().pieces);
    });
  }
}
