/** Markup that is safe to insert as it is. */
export class Html {
  readonly text: string;

  /** @param text markup in which every foreign text has been escaped */
  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** A value in an {@link html} template; `false` and `undefined` insert nothing. */
export type Insert = Html | string | number | false | undefined | readonly Insert[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function insert(value: Insert): string {
  if (value instanceof Html) return value.text;
  if (value === false || value === undefined) return '';
  if (typeof value === 'object') return value.map(insert).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** The texts of each template, in which a line break with its indentation is one space. */
const folded = new WeakMap<TemplateStringsArray, readonly string[]>();

function fold(strings: TemplateStringsArray): readonly string[] {
  const known = folded.get(strings);
  if (known) return known;
  const texts = strings.map((text) => text.replace(/\s*\n\s*/g, ' '));
  folded.set(strings, texts);
  return texts;
}

/**
 * Makes markup, HTML or SVG, from a template, and escapes the values: no other function does.
 * Attribute values must be quoted in the template. Line breaks of the template, which the formatter
 * moves, count as spaces.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Insert[]): Html {
  return new Html(
    fold(strings)
      .map((text, at) => text + insert(values[at]))
      .join(''),
  );
}
