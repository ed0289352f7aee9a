import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'node-html-parser';

/** The visible text of a built page, its links, and the ids that others can link to. */
export interface RecordedPage {
  readonly ids: readonly string[];
  readonly links: readonly string[];
  /** The visible text, a block a line. */
  readonly text: readonly string[];
}

/** Records every page of a built site, by its file's path from the site's folder. */
export async function recordPages(site: string): Promise<Map<string, RecordedPage>> {
  const files = await Array.fromAsync(glob('**/*.html', { cwd: site }));
  return new Map(
    files.sort().map((file) => [file, recordPage(readFileSync(join(site, file), 'utf8'))]),
  );
}

function recordPage(source: string): RecordedPage {
  const document = parse(source);
  for (const hidden of document.querySelectorAll('script, style, template')) hidden.remove();
  const attributes = (name: string) =>
    document.querySelectorAll(`[${name}]`).map((element) => element.getAttribute(name) ?? '');
  return {
    ids: attributes('id'),
    links: document.querySelectorAll('a[href]').map((link) => link.getAttribute('href') ?? ''),
    text: document.structuredText.split('\n').map((line) => line.replace(/\s+/g, ' ').trim()),
  };
}
