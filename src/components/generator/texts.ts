import { speaker, type Say } from '../../model/say.ts';

/** The texts that the page carries for its script, in the page's language. */
export function pageTexts(): Say {
  const json = document.querySelector('script[data-texts]')?.textContent ?? '{}';
  return speaker(JSON.parse(json) as Record<string, string>, document.documentElement.lang);
}
