/**
 * The placeholder for the password that the reader has not given yet. It stands where no program takes it: Python
 * knows no such name, and in redis.conf it is one argument too many. As a password it is refused.
 */
export const PASSWORD_PLACEHOLDER = 'REDIS_PASSWORD_TO_REPLACE';

/** The texts that pages have published in the place of a password; the last one is that of earlier pages. */
export const PUBLISHED_PASSWORDS: readonly string[] = [PASSWORD_PLACEHOLDER, 'REDIS-PASSWORD'];

/** The shortest password that gets no warning, in characters, and its fewest different ones. */
export const STRONG = { length: 16, different: 8 } as const;

/**
 * Whether a password may be found by trying: Redis answers hundreds of thousands of attempts in a second (Redis's
 * documentation on security).
 */
export function isWeakPassword(password: string): boolean {
  const characters = [...password];
  return characters.length < STRONG.length || new Set(characters).size < STRONG.different;
}

/** 32 characters that can be told apart, and that no file or shell gives a meaning to. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/**
 * Makes a password of 28 characters, that is of 140 random bits.
 *
 * @param fill fills an array with random bytes, as `crypto.getRandomValues` does
 */
export function strongPassword(fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): string {
  const bytes = new Uint8Array(28);
  fill(bytes);
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}
