import { secretsOfUrls } from './read/url.ts';

/** Takes the place of a secret on the screen, whatever its length. */
export const MASK = '••••••';

/**
 * A value as it may be shown: the passwords of its URLs hidden, and all of it where it is the password
 * of a setting.
 *
 * @param name the setting, with its keys as Python has them
 */
export function masked(name: string, text: string): string {
  if (/passw[^"]*"\]$/i.test(name) && text.startsWith('"')) return `"${MASK}"`;
  let result = '';
  let at = 0;
  for (const { from, to } of secretsOfUrls(text)) {
    result += text.slice(at, from) + MASK;
    at = to;
  }
  return result + text.slice(at);
}
