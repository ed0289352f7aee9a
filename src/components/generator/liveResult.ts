import { changesBetween, fileId, type Changes } from '../../core/changes.ts';
import type { ConfigFile } from '../../core/files.ts';
import type { Deployment } from '../../core/plan.ts';
import type { Say } from '../../core/say.ts';
import { drawn, viewBox, type Shape } from '../../view/diagram.ts';
import { badgesHtml, byServer, linesHtml, NO_CHANGES, serverHtml } from '../../view/files.ts';
import { ref } from '../../view/refs.ts';
import { handleButtons, usesRows } from '../../view/table.ts';
import { put } from '../trusted.ts';
import type { Agenda } from './agenda.ts';
import { need } from './need.ts';
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
  readonly lines: Pieces;
}

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
  readonly #parts: ((deployment: Deployment) => void)[] = [];
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
    for (const shape of ['wide', 'narrow'] as const) this.#drawing(shape, deployment);
    for (const [place, rows] of [
      ['[data-part=table]', usesRows],
      ['[data-part=handles]', handleButtons],
    ] as const) {
      const box = need(root, place);
      const pieces = new Pieces(box.querySelector('tbody') ?? box, rows(deployment, say));
      this.#part(box, (now) => pieces.show(rows(now, say)));
    }
    for (const [server, own] of byServer(files)) {
      const section = need(root, `.server[data-of="${ref.server(server)}"]`);
      agenda.watch(section, true);
      this.#found(section, own, built);
    }
  }

  /** Shows a state. */
  show(result: Result): void {
    for (const show of this.#parts) show(result.deployment);
    const place = need(this.#root, '[data-part=files]');
    const known = new Map(
      Array.from(place.children, (section) => [(section as HTMLElement).dataset['of'], section]),
    );
    let at = place.firstElementChild;
    for (const [server, own] of byServer(result.files)) {
      const name = ref.server(server);
      const section = known.get(name) ?? this.#section(name, at);
      known.delete(name);
      if (section === at) at = at.nextElementSibling;
      else place.insertBefore(section, at);
      this.#server(section, own, result);
    }
    for (const section of known.values()) this.#remove(section);
  }

  #part(element: Element, show: (deployment: Deployment) => void): void {
    this.#agenda.watch(element, true);
    this.#parts.push((deployment) => this.#agenda.paint(element, () => show(deployment)));
  }

  #drawing(shape: Shape, built: Deployment): void {
    const drawing = need(this.#root, `[data-part=diagram] .${shape}`);
    const pieces = new Pieces(drawing, drawn(built, this.#say, shape).pieces);
    this.#part(drawing, (deployment) => {
      const now = drawn(deployment, this.#say, shape);
      drawing.setAttribute('viewBox', viewBox(now));
      drawing.setAttribute('height', String(now.height));
      pieces.show(now.pieces);
    });
  }

  /** An empty place for a server's files, in sight if one of its neighbours is. */
  #section(name: string, next: Element | null): HTMLElement {
    const section = document.createElement('section');
    section.className = 'server';
    section.dataset['of'] = name;
    const before = next?.previousElementSibling ?? null;
    this.#agenda.watch(section, this.#agenda.sees(before) || this.#agenda.sees(next));
    return section;
  }

  #remove(section: Element): void {
    for (const box of section.querySelectorAll<HTMLElement>('.file')) this.#forget(box);
    this.#agenda.leave(section);
    section.remove();
  }

  #forget(box: HTMLElement): void {
    this.#agenda.leave(box);
    this.#files.delete(box.dataset['file'] ?? '');
  }

  /** Brings the files of a server in line: their lines, or all of it where others are there. */
  #server(section: Element, own: readonly ConfigFile[], result: Result): void {
    if (this.#outlines.get(section) === outline(own, result.deployment)) {
      this.#agenda.drop(section);
      for (const file of own) this.#lines(file, result);
    } else this.#agenda.paint(section, () => this.#whole(section, own, result));
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
      const lines = linesHtml(file, deployment, this.#say, changes);
      this.#agenda.watch(box, this.#agenda.sees(section));
      this.#files.set(id, { box, lines: new Pieces(need(box, 'pre code'), lines) });
    }
  }

  #lines(file: ConfigFile, { deployment, before }: Result): void {
    const shown = this.#files.get(fileId(file));
    if (!shown) throw new Error(`The page has no ${fileId(file)}`);
    const { box, lines } = shown;
    this.#agenda.paint(box, () => {
      const changes = changesIn([file], before);
      const badges = need(box, '.badges');
      const markup = badgesHtml(file, deployment, this.#say, changes);
      if (badges.innerHTML !== markup.text) put(badges, markup);
      lines.show(linesHtml(file, deployment, this.#say, changes));
    });
  }
}
