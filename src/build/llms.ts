import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { speaker } from '../model/say.ts';
import type { BuiltPage } from './builtPages.ts';
import { languages } from '../site/languages.ts';
import { markdownFile } from '../site/besidePages.ts';
import { explainsFinding } from '../site/source.ts';
import { pageMarkdown, pageText } from './markdown.ts';
import { TEXTS, type Language } from '../site/texts.ts';

/**
 * Gives every page its Markdown beside it, `fr/redis.md` for `fr/redis/`; lists them in `llms.txt`
 * (https://llmstxt.org), and joins the guide of a language in its `llms-full.txt`.
 *
 * @param site the folder of the built site
 * @param root the address of the site's first page
 */
export async function writeMarkdown(
  pages: readonly BuiltPage[],
  site: string,
  root: string,
): Promise<void> {
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(site, file)), { recursive: true });
    await writeFile(join(site, file), text);
  };
  const texts = new Map(pages.map((page) => [page, pageText(page)]));
  for (const [page, text] of texts) {
    await write(markdownFile(page.language, page.name), pageMarkdown(page, text));
  }
  for (const language of Object.keys(languages) as Language[]) {
    await write(`${language}/llms-full.txt`, wholeGuide(texts, language));
  }
  await write('llms.txt', contents(pages, root));
}

/** The guide in one language: every page's text, one after the other. */
function wholeGuide(texts: ReadonlyMap<BuiltPage, string>, language: Language): string {
  const guide = [...texts].filter(([page]) => page.language === language && page.prose);
  return guide.map(([{ address }, text]) => `<!-- ${address} -->\n\n${text}`).join('\n');
}

/** What `llms.txt` has, by https://llmstxt.org: a title, a summary, and lists of links. */
function contents(pages: readonly BuiltPage[], root: string): string {
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
