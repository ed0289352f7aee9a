/** A Python string literal; JSON's escapes are all Python's too. */
export function pythonString(text: string): string {
  return JSON.stringify(text);
}

/**
 * A text percent-encoded for the user information of a URL. `!'()*` are encoded too, and so are `,`
 * and `;`, which part addresses in `LOCATION` and in a broker URL.
 */
export function urlPart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** An argument of redis.conf in double quotes, as Redis's sdssplitargs() reads it. */
export function redisString(text: string): string {
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replace(
      /[\x00-\x1f\x7f]/g,
      (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  return `"${escaped}"`;
}

/**
 * One word of a shell's script that stands for a text, whatever is in it but NUL. It is in single
 * quotes where these are enough; a text with `'`, `‘` or `’` is in double quotes, or in parts where
 * a shell would read something in these: shellcheck takes `’` between single quotes for a mistake.
 */
export function shellString(text: string): string {
  if (!/['‘’]/.test(text)) return `'${text}'`;
  if (!/["$`\\!“”]/.test(text)) return `"${text}"`;
  return text.replace(/(['‘’]+)|[^'‘’]+/g, (part, ends?: string) =>
    ends === undefined ? `'${part}'` : `"${part}"`,
  );
}
