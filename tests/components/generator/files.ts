import { filesOf, fileText } from '../../../src/emit/files.ts';
import { parseLink } from '../../../src/model/link.ts';
import { plan } from '../../../src/model/deployment.ts';
import { speaker, type Say } from '../../../src/model/say.ts';
import { TEXTS, type Language } from '../../../src/site/texts.ts';

/** The site's texts, by language. */
export const said: Record<Language, Say> = {
  fr: speaker(TEXTS.fr, 'fr'),
  en: speaker(TEXTS.en, 'en'),
};

/** The files that are generated for a link, by folder and name. */
export function filesOfLink(
  link: string,
  language: Language,
  password = '',
): Record<string, string> {
  const deployment = plan(parseLink(link).architecture);
  const files = filesOf(deployment, { say: said[language], password });
  return Object.fromEntries(files.map((file) => [`${file.folder}/${file.name}`, fileText(file)]));
}

/** The files as the page shows them, without the words for screen readers. Runs in the page. */
export function filesShown(): Record<string, string> {
  return Object.fromEntries(
    [...document.querySelectorAll<HTMLElement>('[data-file]')].map((file) => {
      const code = file.querySelector('pre code')?.cloneNode(true) as HTMLElement;
      for (const spoken of code.querySelectorAll('.sr-only')) spoken.remove();
      return [file.dataset['file'] ?? '', code.textContent];
    }),
  );
}
