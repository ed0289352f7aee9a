import { changesBetween, fileId, type Changes } from '../../emit/changes.ts';
import type { ConfigFile } from '../../emit/files.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Say } from '../../model/say.ts';
import { drawn, viewBox, type Drawn } from '../../view/diagram.ts';
import { badgesHtml, byServer, linesHtml, NO_CHANGES, serverHtml } from '../../view/files.ts';
import type { Html } from '../../view/html.ts';
import { ref } from '../../view/refs.ts';
import { noteParts } from '../../view/notes.ts';
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

/** The marks in some of the files; the lines of the others are not compared. */
function changesIn(own: readonly ConfigFile[], before: Result['before']): Changes {
  if (before === undefined) return NO_CHANGES;
  const ids = new Set(own.map(fileId));
  return changesBetween(
    before.filter((file) => ids.has(fileId(file))),
    own,
  );
}

/** A file on the page. */
interface ShownFile {
  readonly box: HTMLElement;
  readonly badges: HTMLElement;
  readonly lines: Pieces;
}

/** A part that every result has: the diagram, which has a size, or the pieces of another part. */
type Part = Drawn | { readonly pieces: readonly Html[] };

function resize(box: Element, part: Part): void {
  if (!('height' in part) || box.getAttribute('viewBox') === viewBox(part)) return;
  box.setAttribute('viewBox', viewBox(part));
  box.setAttribute('height', String(part.height));
}

/** A function that computes its value at its first call, and keeps it. */
function once<T extends object>(compute: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= compute());
}

/** The DOM writes in sight. They wait until the whole layout has been read. */
type Writes = (() => void)[];

/** Everything in a server's section but the lines of its files: its heading and their paths. */
function outline(own: readonly ConfigFile[], { servers }: Deployment): string {
  const [first] = own;
  return JSON.stringify([
    servers.find(({ id }) => id === first?.server)?.count,
    own.map((file) => [fileId(file), file.path, file.host]),
  ]);
}

/**
 * The result beside the form: diagram, table and files. The build has put it on the page. Every
 * `#show…` method replaces what differs: in sight at once, elsewhere after the next frame.
 */
export class LiveResult {
  readonly #root: HTMLElement;
  readonly #say: Say;
  readonly #agenda: Agenda;
  /** Shows one of the parts that every result has. */
  readonly #showParts: ((deployment: Deployment, now: Writes) => void)[] = [];
  /** The {@link outline} of each server's section. */
  readonly #outlines = new WeakMap<Element, string>();
  /** The files on the page, by {@link fileId}. */
  readonly #files = new Map<string, ShownFile>();

  /**
   * @param root the element with the result
   * @param say the texts of the page's language
   * @param agenda the writes that wait for the next frame
   * @param built the state that the build has put on the page, without marks
   */
  constructor(root: HTMLElement, say: Say, agenda: Agenda, built: Result) {
    this.#root = root;
    this.#say = say;
    this.#agenda = agenda;
    const { deployment, files } = built;
    for (const shape of ['wide', 'narrow'] as const) {
      const box = need(root, `[data-part=diagram] .${shape}`, SVGElement);
      const draw = (now: Deployment) => drawn(now, say, shape);
      this.#addPart(box, new Pieces(box, draw(deployment).pieces), draw);
    }
    for (const [selector, rows] of [
      ['[data-part=table]', usesRows],
      ['[data-part=handles]', handleButtons],
      ['[data-part=notes]', noteParts],
    ] as const) {
      const box = need(root, selector);
      const pieces = new Pieces(box.querySelector('tbody') ?? box, rows(deployment, say));
      this.#addPart(box, pieces, (now) => ({ pieces: rows(now, say) }));
    }
    for (const [server, own] of byServer(files))
      this.#noteFiles(need(root, `.server[data-of="${ref.server(server)}"]`), own, built);
  }

  /** Shows a state. The layout is read first; then the page is changed. */
  show(result: Result): void {
    const now: Writes = [];
    for (const showPart of this.#showParts) showPart(result.deployment, now);
    this.#showFiles(result, now);
    for (const write of now) write();
  }

  #addPart(box: Element, pieces: Pieces, make: (deployment: Deployment) => Part): void {
    this.#showParts.push((deployment, now) => {
      const made = once(() => make(deployment));
      // A piece that moves into sight from beyond the window's edge changes a frame later.
      if (inSight(box)) now.push(() => resize(box, made()), pieces.inSight(made().pieces, inSight));
      this.#agenda.after(box, () => {
        resize(box, made());
        pieces.show(made().pieces);
      });
    });
  }

  /** Shows the files of every server, and adds and removes the sections of servers. */
  #showFiles(result: Result, now: Writes): void {
    const known = this.#sections();
    const wanted = new Map<string, ConfigFile[]>(
      [...byServer(result.files)].map(([server, own]) => [ref.server(server), own]),
    );
    for (const [name, own] of wanted) {
      const section = known.get(name);
      if (section) this.#showSection(section, own, result, now);
    }
    const names = [...wanted.keys()];
    const sees = (name = '') => {
      const section = known.get(name);
      return section !== undefined && inSight(section);
    };
    const removed = [...known.keys()].filter((name) => !wanted.has(name));
    const added = names.filter((name) => !known.has(name));
    this.#agenda.drop('sections');
    if (removed.length === 0 && added.length === 0) return;
    const seen =
      removed.some(sees) ||
      names.some(
        (name, at) => added.includes(name) && (sees(names[at - 1]) || sees(names[at + 1])),
      );
    // For added and removed sections the browser computes the styles of their neighbours again.
    const change = () => this.#placeSections(wanted, result);
    if (seen) now.push(change);
    else this.#agenda.after('sections', change);
  }

  /** The servers' sections on the page, by name. */
  #sections(): Map<string, HTMLElement> {
    const sections = this.#root.querySelectorAll<HTMLElement>('[data-part=files] > .server');
    return new Map(Array.from(sections, (section) => [section.dataset['of'] ?? '', section]));
  }

  /** Brings the sections into the order of the servers, with one for each and no other. */
  #placeSections(wanted: Map<string, ConfigFile[]>, result: Result): void {
    const known = this.#sections();
    const parent = need(this.#root, '[data-part=files]');
    for (const [name, section] of known) {
      if (wanted.has(name)) continue;
      for (const box of section.querySelectorAll<HTMLElement>('.file')) this.#forgetFile(box);
      this.#agenda.drop(section);
      section.remove();
    }
    let next = parent.firstElementChild;
    for (const [name, own] of wanted) {
      const section = known.get(name) ?? document.createElement('section');
      if (section === next) next = next.nextElementSibling;
      else parent.insertBefore(section, next);
      if (known.has(name)) continue;
      section.className = 'server';
      section.dataset['of'] = name;
      this.#renderSection(section, own, result);
    }
  }

  /** Shows the files of a server: their lines, or the whole section if its outline differs. */
  #showSection(section: Element, own: readonly ConfigFile[], result: Result, now: Writes): void {
    this.#agenda.drop(section);
    if (this.#outlines.get(section) === outline(own, result.deployment)) {
      for (const file of own) this.#showFile(file, result, now);
      return;
    }
    const render = () => this.#renderSection(section, own, result);
    if (inSight(section)) now.push(render);
    else this.#agenda.after(section, render);
  }

  /** Renders a whole section. Files that the reader has folded stay folded. */
  #renderSection(section: Element, own: readonly ConfigFile[], result: Result): void {
    const boxes = [...section.querySelectorAll<HTMLDetailsElement>('.file')];
    const folded = boxes.filter(({ open }) => !open).map(({ dataset }) => dataset['file']);
    for (const box of boxes) this.#forgetFile(box);
    put(section, serverHtml(own, result.deployment, this.#say, changesIn(own, result.before)));
    for (const box of section.querySelectorAll<HTMLDetailsElement>('.file'))
      box.open = !folded.includes(box.dataset['file']);
    this.#noteFiles(section, own, result);
  }

  /** Takes note of a server's files that are on the page. */
  #noteFiles(section: Element, own: readonly ConfigFile[], { deployment, before }: Result): void {
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

  #forgetFile(box: HTMLElement): void {
    this.#agenda.drop(box);
    const id = box.dataset['file'] ?? '';
    // Another server may have a file of that name by now.
    if (this.#files.get(id)?.box === box) this.#files.delete(id);
  }

  /** Shows the badges and the lines of a file. */
  #showFile(file: ConfigFile, { deployment, before }: Result, now: Writes): void {
    const shown = this.#files.get(fileId(file));
    if (!shown) throw new Error(`The page has no ${fileId(file)}`);
    const { box, badges, lines } = shown;
    const made = once(() => {
      const changes = changesIn([file], before);
      return {
        badges: badgesHtml(file, deployment, this.#say, changes),
        lines: linesHtml(file, deployment, this.#say, changes),
      };
    });
    const showBadges = () => {
      if (badges.innerHTML !== made().badges.text) put(badges, made().badges);
    };
    if (inSight(box)) {
      if (inSight(badges)) now.push(showBadges);
      now.push(lines.inSight(made().lines, inSight));
    }
    this.#agenda.after(box, () => {
      showBadges();
      lines.show(made().lines);
    });
  }
}
