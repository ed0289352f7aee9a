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
  const characters = [...condensed(password)];
  return characters.length < STRONG.length || new Set(characters).size < STRONG.different;
}

/** Orders of characters that lists of passwords have: rows and columns of keyboards, digits, the alphabet. */
const ORDERS = [
  '01234567890 abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop asdfghjkl zxcvbnm azertyuiop qsdfghjklm wxcvbn qwertzuiop yxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm 1aqw2zsx3edc4rfv5tgb6yhn7uj',
].join(' ');

/** The shortest part of {@link ORDERS} that counts for one character, in characters: random ones have shorter parts. */
const PART = 4;

/** All parts of that length, in both directions, and of one character that is repeated. */
const PARTS: ReadonlySet<string> = new Set(
  [ORDERS, [...ORDERS].reverse().join('')].flatMap((order) =>
    [...order].flatMap((character, at) => [order.slice(at, at + PART), character.repeat(PART)]),
  ),
);

/** A password in which each order of characters that is easy to guess is one character, and each repetition is once. */
function condensed(password: string): string {
  const characters = [...password.replace(/(.{4,40}?)\1+/gsu, '$1')];
  const begins = characters.map((_, at) =>
    PARTS.has(
      characters
        .slice(at, at + PART)
        .join('')
        .toLowerCase(),
    ),
  );
  // A character is left out if a part that begins before it goes on with it.
  return characters
    .filter((_, at) => !begins.slice(Math.max(0, at - PART + 1), at).includes(true))
    .join('');
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
