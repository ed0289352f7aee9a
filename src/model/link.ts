import { DEFAULTS, fieldText, type Architecture, type FieldName } from './architecture.ts';
import { FIELDS, FIELD_NAMES, readFields } from './fields.ts';
import type { Issue } from './issues.ts';
import { shown } from './say.ts';

/** A link, read. */
export interface Link {
  /** The id of a heading, which a fragment may begin with: `#settings&arch=celery`. */
  readonly anchor: string;
  readonly architecture: Architecture;
  /** The parameters that were left out of the architecture, with the reasons. */
  readonly issues: readonly Issue[];
}

/** The length of the input that a message quotes, in characters. */
const QUOTED = 60;

/**
 * The fields that decide nothing about which servers, accounts, files and networks a reader trusts. All others do, a new
 * one too: whoever answers at the address and port of Redis, may write to a folder of the workers or is let through
 * gets passwords or runs code.
 */
const HARMLESS: readonly FieldName[] = [
  'arch',
  'web',
  'workers',
  'transcription',
  'xapi',
  'memory',
  'hours',
  'comments',
];

/** The fields by which an architecture differs from another. */
export interface LinkChoices {
  /** Those that decide whom one trusts. */
  readonly trusted: readonly FieldName[];
  readonly other: readonly FieldName[];
}

/** Hostile or mistyped text, short and harmless enough for a message. */
function quoted(text: string): string {
  const line = shown(text);
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a link from whatever was pasted or followed. Never throws: unknown, repeated and malformed
 * parameters are left out and reported.
 *
 * @param text an address with a fragment, or the fragment alone, with or without `#`
 */
export function parseLink(text: string): Link {
  const hash = text.indexOf('#');
  const fragment = hash >= 0 ? text.slice(hash + 1) : /^[a-z][\w+.-]*:\/\//i.test(text) ? '' : text;
  const parts = fragment.split('&').filter((part) => part !== '');
  const anchor = parts[0]?.includes('=') === false ? (decoded(parts.shift() ?? '') ?? '') : '';
  const issues: Issue[] = [];
  const leave = (code: Issue['code'], name: string, value: string) =>
    issues.push({
      code,
      severity: 'warning',
      params: { name: quoted(name), value: quoted(value) },
    });

  const texts = new Map<FieldName, string>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const rawName = equals < 0 ? part : part.slice(0, equals);
    const rawValue = equals < 0 ? '' : part.slice(equals + 1);
    const name = FIELD_NAMES.find((known) => known === decoded(rawName));
    const value = decoded(rawValue);
    if (name === undefined) leave('link.unknown', decoded(rawName) ?? rawName, rawValue);
    else if (texts.has(name)) leave('link.repeated', name, value ?? rawValue);
    else if (value === undefined || 'error' in FIELDS[name].read(value.trim()))
      leave('link.value', name, value ?? rawValue);
    else texts.set(name, value);
  }
  return { anchor, architecture: readFields(texts, DEFAULTS).architecture, issues };
}

/**
 * The fragment, without `#`, that {@link parseLink} reads back: the fields that differ from the
 * defaults, and so nothing for the default architecture.
 *
 * @param anchor the id of the heading that the link leads to, if any
 */
export function formatLink(architecture: Architecture, anchor = ''): string {
  const pairs = FIELD_NAMES.filter((name) => architecture[name] !== DEFAULTS[name]).map(
    (name) =>
      `${name}=${encodeURIComponent(fieldText(architecture, name)).replace(/%3A|%2F|%2C/g, decodeURIComponent)}`,
  );
  return [...(anchor === '' ? [] : [encodeURIComponent(anchor)]), ...pairs].join('&');
}

/**
 * The choices of a link: the fields that differ from another architecture. A field that does not apply counts if the link
 * has it, since it may apply after the reader's next change.
 *
 * @param base the architecture that the reader would see without the link
 */
export function linkChoices(architecture: Architecture, base: Architecture): LinkChoices {
  const chosen = FIELD_NAMES.filter(
    (name) =>
      architecture[name] !== base[name] &&
      (FIELDS[name].applies(architecture) || architecture[name] !== DEFAULTS[name]),
  );
  return {
    trusted: chosen.filter((name) => !HARMLESS.includes(name)),
    other: chosen.filter((name) => HARMLESS.includes(name)),
  };
}
