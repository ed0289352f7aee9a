import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** The password of an ACL user that the page makes from the one that was typed. */
export const derived = (secret: string, name: string): string =>
  bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(name)));

/**
 * The answers to the prompts of a script, a line each.
 *
 * @param secret the password that was typed into the form
 */
export function answers(script: string, secret: string): string {
  const [, user] = / (?:--user|request AUTH) ([^\s"]+)/.exec(script) ?? [];
  const own = user === undefined || user.endsWith('-admin') ? secret : derived(secret, user);
  const asked = script.match(/read -rsp /g) ?? [];
  return asked.map(() => `${secret === '' ? '' : own}\n`).join('');
}
