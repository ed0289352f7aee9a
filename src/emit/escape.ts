/** A text as a Python string literal; JSON's escapes all exist in Python. */
export function pythonString(text: string): string {
  return JSON.stringify(text);
}

/**
 * A text percent-encoded for the user information of a URL. `!'()*` are encoded too, and so are `,`
 * and `;`, which separate addresses in `LOCATION` and in a broker URL.
 */
export function urlPart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A text as an argument of redis.conf in double quotes, as Redis's sdssplitargs() reads it. */
export function redisString(text: string): string {
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replace(
      /[\x00-\x1f\x7f]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  return `"${escaped}"`;
}

/**
 * A text as one word of a shell script; the text may have any character but NUL. Single quotes are
 * used where they are enough. A text with `'`, `‘` or `’` is in double quotes, or is split where a
 * shell would expand something in these: shellcheck reports `’` between single quotes.
 */
export function shellString(text: string): string {
  if (!/['‘’]/.test(text)) return `'${text}'`;
  if (!/["$`\\!“”]/.test(text)) return `"${text}"`;
  return text.replace(/(['‘’]+)|[^'‘’]+/g, (piece, ends?: string) =>
    ends === undefined ? `'${piece}'` : `"${piece}"`,
  );
}
