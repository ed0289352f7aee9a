import type { Params } from '../model/say.ts';
import { secretsOfUrls } from './read/url.ts';

/** The text that is shown in place of a secret, whatever its length. */
export const MASK = '••••••';

/**
 * A value with its secrets masked: the passwords of its URLs, or all of it where the setting is a
 * password.
 *
 * @param name the setting with its keys, as Python writes them: `CACHES["default"]["OPTIONS"]`
 * @param text the value as Python writes it
 */
export function masked(name: string, text: string): string {
  const key = name.endsWith('"]') ? name.slice(name.lastIndexOf('"', name.length - 3)) : '';
  if (/passw/i.test(key) && text.startsWith('"')) return `"${MASK}"`;
  let result = '';
  let at = 0;
  for (const { from, to } of secretsOfUrls(text)) {
    result += text.slice(at, from) + MASK;
    at = to;
  }
  return result + text.slice(at);
}

/**
 * The parameters of a message without secrets: a host may be written with a password before its `@`, and a password may
 * stand in the place of a user's name.
 */
export function withoutSecrets(params: Params): Params {
  const hidden = (value: Params[string]) =>
    typeof value === 'string'
      ? value.replace(/^[^ ]*@/, `${MASK}@`).replace(/^[>#<!].*/s, MASK)
      : value;
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, hidden(value)]));
}
