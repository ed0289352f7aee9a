import { defineRouteMiddleware } from '@astrojs/starlight/route-data';
import { glossary } from './glossary.ts';
import { EVERY_HEAD, indexedHead } from './head.ts';
import { here, pageName } from './here.ts';
import { pageData } from './pageData.ts';
import checkerStyle from '../styles/checker.css?url&no-inline';
import findingStyle from '../styles/finding.css?url&no-inline';
import generatorStyle from '../styles/generator.css?url&no-inline';
import glossaryStyle from '../styles/glossary.css?url&no-inline';
import homeStyle from '../styles/home.css?url&no-inline';
import plotStyle from '../styles/plot.css?url&no-inline';
import { cardFile, markdownFile } from './besidePages.ts';

/** The stylesheets that would make every page heavier, and the names of the pages that load them. */
const STYLES: readonly (readonly [style: string, pages: RegExp])[] = [
  // Pages with a form, a drawing or files; the guide to print contains one of them.
  [generatorStyle, /^(|redis|print|presets\/.+)$/],
  [checkerStyle, /^(check|print)$/],
  [findingStyle, /^findings\/./],
  [glossaryStyle, /^(glossary|print)$/],
  [homeStyle, /^$/],
  [plotStyle, /^(sizing|print)$/],
];

/** Adds this site's elements to the head of each page. */
export const onRequest = defineRouteMiddleware(({ url, site, locals, currentLocale }) => {
  const { entry, head, lastUpdated, editUrl } = locals.starlightRoute;
  const name = pageName(url);
  head.push(...EVERY_HEAD);
  for (const [href, pages] of STYLES)
    if (pages.test(name)) head.push({ tag: 'link', attrs: { rel: 'stylesheet', href } });
  if (head.some(({ attrs }) => attrs?.['name'] === 'robots')) return;
  const { language, say } = here({ currentLocale });
  const root = import.meta.env.BASE_URL;
  const absolute = (path: string) => new URL(path, site).href;
  const { title, description = '' } = entry.data;
  const card = absolute(root + cardFile(language, name));
  const data = pageData({
    language,
    title,
    description,
    updated: lastUpdated,
    // A page with an edit link is prose; components make the other pages.
    prose: editUrl !== undefined,
    address: absolute(url.pathname),
    card,
    terms: name === 'glossary' ? glossary(language) : [],
    home: { name: say('site.title'), address: absolute(`${root}${language}/`) },
  });
  const markdown = root + markdownFile(language, name);
  head.push(...indexedHead({ title, description, markdown, card, data }));
});
