import { speaker } from '../model/say.ts';
import { languages } from '../site/languages.ts';
import { markdownFile } from '../site/besidePages.ts';
import { explainsFinding } from '../site/source.ts';
import { TEXTS, type Language } from '../site/texts.ts';
import type { BuiltPage } from './builtPages.ts';
import { pageMarkdown, pageText } from './markdown.ts';
import type { ReadPage } from './readable.ts';

/**
 * The site as Markdown: each page (`fr/redis.md` for `fr/redis/`), a list of all pages (`llms.txt`, by
 * https://llmstxt.org), and the guide of each language in one file (`fr/llms-full.txt`).
 *
 * @param root the address of the site's first page
 * @returns texts by file path from the site's folder
 */
export function markdownFiles(pages: readonly ReadPage[], root: string): Map<string, string> {
  const texts = pages.map(({ page, content }) => ({ page, text: pageText(page, content) }));
  const guide = (language: Language) =>
    texts
      .filter(({ page }) => page.language === language && page.prose)
      .map(({ page, text }) => `<!-- ${page.address} -->\n\n${text}`)
      .join('\n');
  return new Map([
    ...texts.map(
      ({ page, text }) =>
        [markdownFile(page.language, page.name), pageMarkdown(page, text)] as const,
    ),
    ...(Object.keys(languages) as Language[]).map(
      (language) => [`${language}/llms-full.txt`, guide(language)] as const,
    ),
    ['llms.txt', contents(pages, root)],
  ]);
}

/** The content of `llms.txt`, by https://llmstxt.org: a title, a summary, and lists of links. */
function contents(read: readonly ReadPage[], root: string): string {
  const pages = read.map(({ page }) => page);
  const codes = Object.keys(languages) as Language[];
  const link = ({ language, name, title, description }: BuiltPage) =>
    `- [${title}](${root}${markdownFile(language, name)}): ${description}`;
  const sections = codes.flatMap((language) => {
    const say = speaker(TEXTS[language], language);
    const own = pages.filter((page) => page.language === language && page.name !== '');
    return [
      [
        `## ${languages[language].label} · ${say('llms.guide')}`,
        '',
        `- [${say('llms.full')}](${root}${language}/llms-full.txt): ${say('llms.fullWhy')}`,
        ...own.filter(({ prose }) => prose).map(link),
      ],
      [
        `## ${languages[language].label} · ${say('presets.group')}`,
        '',
        ...own.filter(({ prose, name }) => !prose && !explainsFinding(name)).map(link),
      ],
      [
        `## ${languages[language].label} · ${say('finding.all')}`,
        '',
        ...own.filter(({ name }) => explainsFinding(name)).map(link),
      ],
    ];
  });
  return [
    [`# ${codes.map((code) => TEXTS[code]['site.title']).join(' · ')}`],
    codes.map((code) => `> ${TEXTS[code]['bare.about']}`),
    codes.map((code) => TEXTS[code]['llms.about']),
    ...sections,
  ]
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}
