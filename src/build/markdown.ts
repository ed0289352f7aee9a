import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown } from 'mdast-util-to-markdown';
import { HTMLElement, TextNode, type Node } from 'node-html-parser';
import { colon } from '../site/languages.ts';
import type { BuiltPage } from './builtPages.ts';

type Mdast = Parameters<typeof toMarkdown>[0];
type MdastOf<Type extends Mdast['type']> = Extract<Mdast, { type: Type }>;
type Block = MdastOf<'blockquote'>['children'][number];
type Inline = MdastOf<'paragraph'>['children'][number];
type Item = MdastOf<'listItem'>;

/**
 * A page as a Markdown file, which starts with the page's title, language and address.
 *
 * @param text the page's text as Markdown, see {@link pageText}
 */
export function pageMarkdown(page: BuiltPage, text: string): string {
  const updated = page.document.querySelector('footer time')?.getAttribute('datetime');
  // A JSON string is also a YAML string.
  const facts = [
    `title: ${JSON.stringify(page.title)}`,
    `lang: ${page.language}`,
    `canonical: ${page.address}`,
    ...(updated === undefined ? [] : [`updated: ${updated.slice(0, 10)}`]),
  ];
  return `---\n${facts.join('\n')}\n---\n\n${text}`;
}

/**
 * A page's title, description and content as Markdown, with tables, files and commands. Drawings are left out,
 * because the table beside a drawing has the same information.
 *
 * @param content the page's content, see `readable.ts`
 */
export function pageText(
  { title, description, language }: Pick<BuiltPage, 'title' | 'description' | 'language'>,
  content: HTMLElement,
): string {
  const paragraph = (value: string): Block => ({
    type: 'paragraph',
    children: [{ type: 'text', value }],
  });
  const tree: MdastOf<'root'> = {
    type: 'root',
    children: [
      { type: 'heading', depth: 1, children: [{ type: 'text', value: title }] },
      { type: 'blockquote', children: [paragraph(description)] },
      ...new ToMdast(colon(language)).blocks(content.childNodes),
    ],
  };
  return toMarkdown(tree, {
    bullet: '-',
    fences: true,
    rule: '-',
    extensions: [gfmTableToMarkdown({ tablePipeAlign: false })],
  });
}

/** Elements that are always blocks. */
const BLOCKS = new Set(
  (
    'H1 H2 H3 H4 H5 H6 P UL OL LI PRE BLOCKQUOTE ASIDE TABLE HR DL DT DD SUMMARY DIV SECTION ' +
    'FIGURE FIGCAPTION HEADER FOOTER NAV ARTICLE ADDRESS FIELDSET'
  ).split(' '),
);

/** Elements that the style separates from the next element. Text needs a space instead. */
const SEPARATED = new Set(['CODE', 'STRONG', 'SPAN']);

const isElement = (node: Node | undefined | null): node is HTMLElement =>
  node instanceof HTMLElement;
const isBlock = (node: Node): boolean =>
  isElement(node) && (BLOCKS.has(node.tagName) || node.childNodes.some(isBlock));
const isTitle = ({ classList }: HTMLElement) =>
  classList.contains('starlight-aside__title') || classList.contains('part-title');

/** Collapses whitespace as HTML does. A no-break space stays. */
const collapsed = (text: string): string => text.replace(/[\t\n\f\r ]+/g, ' ');

/** Converts HTML elements to Markdown's syntax tree (https://github.com/syntax-tree/mdast). */
class ToMdast {
  readonly #colon: string;

  /** @param colon the separator between a term and its definition on one line */
  constructor(colon: string) {
    this.#colon = colon;
  }

  /** Converts nodes to blocks. Inline nodes between blocks become paragraphs. */
  blocks(nodes: readonly Node[]): Block[] {
    const blocks: Block[] = [];
    let between: Node[] = [];
    const end = () => {
      blocks.push(...paragraphOf(this.#inline(between)));
      between = [];
    };
    for (const node of nodes) {
      if (!isElement(node) || !isBlock(node)) between.push(node);
      else {
        end();
        blocks.push(...this.#block(node));
      }
    }
    end();
    return blocks;
  }

  #block(element: HTMLElement): Block[] {
    const { tagName, childNodes } = element;
    if (isTitle(element) || tagName === 'SUMMARY') {
      // The summary of a drawing's table refers to the drawing, which is left out.
      if (element.parentNode?.classList.contains('as-table')) return [];
      return paragraphOf([{ type: 'strong', children: this.#inline(childNodes) }]);
    }
    switch (tagName) {
      case 'H1':
      case 'H2':
      case 'H3':
      case 'H4':
      case 'H5':
      case 'H6': {
        const depth = Number(tagName[1]) as MdastOf<'heading'>['depth'];
        return [{ type: 'heading', depth, children: this.#inline(childNodes) }];
      }
      case 'P':
        return paragraphOf(this.#inline(childNodes));
      case 'UL':
      case 'OL':
        return listOf(
          childNodes.filter(isElement).map((item) => ({
            type: 'listItem',
            spread: isSpread(item),
            children: this.blocks(item.childNodes),
          })),
          tagName === 'OL' ? Number(element.getAttribute('start') ?? 1) : undefined,
        );
      case 'DL':
        return this.#definitions(element);
      case 'PRE': {
        const [, lang] =
          /language-(\S+)/.exec(element.querySelector('code')?.getAttribute('class') ?? '') ?? [];
        const value = element.textContent.replace(/\n+$/, '');
        return [{ type: 'code', ...(lang !== undefined && { lang }), value }];
      }
      case 'BLOCKQUOTE':
      case 'ASIDE':
        return [{ type: 'blockquote', children: this.blocks(childNodes) }];
      case 'TABLE':
        return this.#table(element);
      case 'HR':
        return [{ type: 'thematicBreak' }];
      default:
        return this.blocks(childNodes);
    }
  }

  /** Converts a `<dl>`. Short definitions are on their terms' lines, long ones below them. */
  #definitions(list: HTMLElement): Block[] {
    const long = list.querySelector('dd :is(p, ul, ol, dl, pre, table)') !== null;
    const items: Item[] = [];
    for (const element of list.querySelectorAll('dt, dd')) {
      if (element.closest('dl') !== list) continue;
      if (element.tagName === 'DT') {
        const term = this.#inline(element.childNodes);
        const children = long ? term : [{ type: 'strong' as const, children: term }];
        items.push({ type: 'listItem', spread: long, children: paragraphOf(children) });
        continue;
      }
      const [term] = items.at(-1)?.children ?? [];
      if (long) items.at(-1)?.children.push(...this.blocks(element.childNodes));
      else if (term?.type === 'paragraph') {
        term.children.push({ type: 'text', value: this.#colon });
        term.children.push(...this.#inline(element.childNodes));
      }
    }
    return listOf(items);
  }

  /** Converts a table. Its caption becomes a paragraph: Markdown's tables have no captions. */
  #table(table: HTMLElement): Block[] {
    const rows = table.querySelectorAll('tr').map((row) =>
      row.childNodes.filter(isElement).map((cell): MdastOf<'tableCell'> => ({
        type: 'tableCell',
        children: this.#inline(cell.childNodes),
      })),
    );
    const columns = Math.max(...rows.map((row) => row.length));
    const children = rows.map((row): MdastOf<'tableRow'> => {
      const missing = Array.from({ length: columns - row.length }, () => ({
        type: 'tableCell' as const,
        children: [],
      }));
      return { type: 'tableRow', children: [...row, ...missing] };
    });
    const caption = table.querySelector('caption');
    return [
      ...(caption ? paragraphOf(this.#inline(caption.childNodes)) : []),
      { type: 'table', children },
    ];
  }

  /** Converts the nodes of one block, without spaces at its ends and without two in a row. */
  #inline(nodes: readonly Node[]): Inline[] {
    return trimmed(this.#spaced(nodes));
  }

  #spaced(nodes: readonly Node[]): Inline[] {
    return nodes.flatMap((node): Inline[] => {
      if (node instanceof TextNode) return [{ type: 'text', value: collapsed(node.text) }];
      if (!isElement(node)) return [];
      const { tagName, classList } = node;
      const separated =
        SEPARATED.has(tagName) || classList.contains('badge') || classList.contains('db');
      const space: Inline[] =
        separated && isElement(node.nextSibling) ? [{ type: 'text', value: ' ' }] : [];
      return [...this.#phrase(node), ...space];
    });
  }

  #phrase(element: HTMLElement): Inline[] {
    const { tagName, childNodes } = element;
    switch (tagName) {
      case 'CODE':
      case 'KBD':
      case 'SAMP':
      case 'VAR':
        return [{ type: 'inlineCode', value: collapsed(element.textContent).trim() }];
      case 'STRONG':
      case 'B':
        return [{ type: 'strong', children: this.#spaced(childNodes) }];
      case 'EM':
      case 'I':
      case 'MARK':
        return [{ type: 'emphasis', children: this.#spaced(childNodes) }];
      case 'A':
        return [
          {
            type: 'link',
            url: element.getAttribute('href') ?? '',
            children: this.#spaced(childNodes),
          },
        ];
      case 'BR':
        return [{ type: 'break' }];
      case 'SVG':
        return [];
      default:
        return this.#spaced(childNodes);
    }
  }
}

function paragraphOf(children: Inline[]): Block[] {
  return children.length === 0 ? [] : [{ type: 'paragraph', children }];
}

/** @param start the first number of an ordered list */
function listOf(children: Item[], start?: number): Block[] {
  const spread = children.some((item) => item.spread);
  const ordered = start !== undefined;
  return [{ type: 'list', ordered, ...(ordered && { start }), spread, children }];
}

/** Whether a list item has several blocks, between which Markdown needs blank lines. */
function isSpread(item: HTMLElement): boolean {
  const blocks = item.childNodes.filter(isElement).filter(isBlock);
  return blocks.some((block, at) => block.tagName === 'P' || at > 0 || isSpread(block));
}

/** Joins adjacent texts, and removes the spaces that a browser does not show. */
function trimmed(nodes: Inline[]): Inline[] {
  // A space at the start of a line, or after another one, is not shown.
  let afterSpace = true;
  const visit = (list: Inline[]): Inline[] => {
    const kept: Inline[] = [];
    for (const node of list) {
      if (node.type === 'text') {
        const value = afterSpace ? node.value.replace(/^ /, '') : node.value;
        if (value === '') continue;
        afterSpace = value.endsWith(' ');
        const last = kept.at(-1);
        if (last?.type === 'text') last.value += value;
        else kept.push({ type: 'text', value });
      } else if ('children' in node) {
        const children = visit(node.children);
        if (children.length > 0 || node.type === 'link') kept.push({ ...node, children });
      } else {
        afterSpace = node.type === 'break';
        if (afterSpace) trimEnd(kept);
        kept.push(node);
      }
    }
    return kept;
  };
  const result = visit(nodes);
  trimEnd(result);
  return result;
}

function trimEnd(nodes: Inline[]): void {
  const last = nodes.at(-1);
  if (last?.type === 'text') {
    last.value = last.value.replace(/ $/, '');
    if (last.value === '') nodes.pop();
  } else if (last && 'children' in last) trimEnd(last.children);
}
