import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** The password of an ACL user, or of the sentinels, that the page makes from the one that was typed. */
export const derived = (secret: string, name: string): string =>
  bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(name)));

/**
 * The answers to the prompts of a script, a line each.
 *
 * @param secret the password that was typed into the form
 */
export function answers(script: string, secret: string): string {
  const [, user] = / --user (\S+)/.exec(script) ?? [];
  const asked = [...script.matchAll(/read -rsp (?:'[^']*'|"[^"]*") (\w+)/g)].map(
    ([, variable]) => variable,
  );
  const lines = asked.map((variable) => {
    if (secret === '') return '';
    if (variable === 'sentinels' || variable === 'SENTINEL_AUTH')
      return derived(secret, 'sentinels');
    return user === undefined || user.endsWith('-admin') ? secret : derived(secret, user);
  });
  return lines.map((line) => `${line}\n`).join('');
}
