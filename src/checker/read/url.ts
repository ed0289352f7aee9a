import { addressKind } from '../../model/address.ts';

/** A part of a URL: what it says, and where in the URL's text it stands. */
export interface Part {
  /** Decoded where URLs encode it. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** A URL of a broker or a cache, taken apart. */
export interface Url {
  /** In lower case, without `://`. */
  readonly scheme: string;
  readonly user?: Part;
  readonly password?: Part;
  /** Without the brackets of an IPv6 address. */
  readonly host?: Part;
  readonly port?: number;
  /** What follows the host: `/5` has a path of `5`, a Unix socket its own path. */
  readonly path: Part;
  readonly query: ReadonlyMap<string, Part>;
  /** Where a parameter can be added, and the sign that it then begins with. */
  readonly more: { readonly at: number; readonly sign: '?' | '&' };
  /** Its password has a sign that those who read it take for a part of the address. */
  readonly unencoded: boolean;
  /** Its IPv6 address has no brackets. */
  readonly bare: boolean;
}

function decoded(text: string): string {
  // As Python's unquote() does: what is no UTF-8 stays as it is.
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function part(text: string, from: number, decode = true): Part {
  return { text: decode ? decoded(text) : text, from, to: from + text.length };
}

function queryOf(text: string, from: number): Map<string, Part> {
  const query = new Map<string, Part>();
  let at = from;
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    if (equals > 0) query.set(pair.slice(0, equals), part(pair.slice(equals + 1), at + equals + 1));
    at += pair.length + 1;
  }
  return query;
}

/** Host and port of what stands between `@` and `/`. */
function address(
  text: string,
  from: number,
): Pick<Url, 'host' | 'port' | 'bare'> & { valid: boolean } {
  if (addressKind(text) === 'ipv6')
    return { host: part(text, from, false), bare: true, valid: true };
  const [, bracketed, plain = '', colon, digits = ''] =
    /^(?:\[([^\]]*)\]|([^:]*))(?:(:)(.*))?$/s.exec(text) ?? [];
  const host = bracketed ?? plain;
  const valid =
    /^\d{0,5}$/.test(digits) && text !== '' && (colon === undefined || host !== '') && host !== '';
  return {
    ...(host !== '' && { host: part(host, from + (bracketed === undefined ? 0 : 1), false) }),
    ...(/^\d{1,5}$/.test(digits) && { port: Number(digits) }),
    bare: false,
    valid,
  };
}

/**
 * Takes a URL apart as Python's urlsplit() does, which all of Pod's clients rely on: user
 * information ends at the last `@` before the first of `/ ? #`. A URL that this breaks, since its
 * password has such a sign, is read as it was meant, and said to be unencoded.
 *
 * @param separator a sign that parts addresses, so that a password cannot have it either
 * @returns `undefined` for a text that is no URL
 */
export function readUrl(text: string, start = 0, separator = ''): Url | undefined {
  const [opening, scheme = ''] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  if (opening === undefined) return undefined;
  const rest = text.slice(opening.length);
  const split = rest.search(/[/?#]/);
  const early = split < 0 ? rest.length : split;
  const network = rest.slice(0, early);
  const last = rest.lastIndexOf('@');
  const own = network.lastIndexOf('@');
  const socket = /^(unix|redis\+socket)$/i.test(scheme);
  // Whatever stands before the address ends at the last `@`, unless what is there already is one
  // address with its database: then the sign is in a parameter, as a path may have it.
  const rightly = socket
    ? network.slice(own + 1) === ''
    : address(network.slice(own + 1), 0).valid && /^\/\d+(\?|$)/.test(rest.slice(early));
  const broken = last > early && !rightly;
  const at = broken ? last : own;
  const information = at < 0 ? undefined : rest.slice(0, at);
  const from = start + opening.length;
  const tail = rest.slice(at + 1);
  const slash = tail.search(/[/?#]/);
  const netloc = slash < 0 ? tail : tail.slice(0, slash);
  const after = slash < 0 ? '' : tail.slice(slash);
  const question = after.indexOf('?');
  const path = question < 0 ? after : after.slice(0, question);
  const pathAt = from + at + 1 + netloc.length;
  const skip = socket || !path.startsWith('/') ? 0 : 1;
  const colon = information?.indexOf(':') ?? -1;
  const name =
    information === undefined ? '' : colon < 0 ? information : information.slice(0, colon);
  const word = information === undefined || colon < 0 ? undefined : information.slice(colon + 1);
  const { host, port, bare } = address(netloc, from + at + 1);
  return {
    scheme: scheme.toLowerCase(),
    ...(name !== '' && { user: part(name, from) }),
    ...(word !== undefined && { password: part(word, from + colon + 1, !broken) }),
    ...(host && { host }),
    ...(port !== undefined && { port }),
    path: part(path.slice(skip), pathAt + skip, false),
    query: question < 0 ? new Map() : queryOf(after.slice(question + 1), pathAt + question + 1),
    more: { at: start + text.length, sign: question < 0 ? '?' : '&' },
    unencoded:
      broken ||
      (word !== undefined &&
        ((separator !== '' && word.includes(separator)) || /[[\]]/.test(word))),
    bare,
  };
}

/**
 * Takes several addresses apart that one text has.
 *
 * @param separator what stands between them: `;` for Celery, `,` for django-redis
 */
export function readUrls(text: string, separator: ';' | ','): Url[] {
  const urls: Url[] = [];
  let at = 0;
  // A separator begins a new address only where one begins: in a password it is a mistake.
  const parts = text.split(
    separator === ';' ? /;(?=[a-z][a-z0-9+.-]*:\/\/)/i : /,(?=[a-z][a-z0-9+.-]*:\/\/)/i,
  );
  for (const each of parts) {
    const url = readUrl(each, at, separator);
    if (url) urls.push(url);
    at += each.length + 1;
  }
  return urls;
}

/** What leads to a broker or a cache; its password may have any sign, and be written wrongly. */
const OF_BROKERS = /\b(?:rediss?|redis\+socket|unix|sentinel|amqps?|pyamqp):\/\/(?:[\w.-]*:)?/i;

/** The password of any other URL, as it is written rightly. */
const OF_OTHERS = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/'"]{0,60}:([^\s'";/]{0,200})@/gi;

/**
 * Where the URLs of a text have what nobody else may see. Of a broker's that is all between the
 * user's name and the last `@`, and all before the `@` where nothing says that it is a name.
 */
export function secretsOfUrls(text: string): { from: number; to: number }[] {
  const spans = [...text.matchAll(OF_OTHERS)].map(({ 0: whole, 1: secret = '', index }) => {
    const to = index + whole.length - 1;
    return { from: to - secret.length, to };
  });
  let start = 0;
  for (const part of text.split(/(?<=[;,])(?=[a-z][a-z0-9+.-]*:\/\/)/i)) {
    const head = OF_BROKERS.exec(part);
    const from = head ? head.index + head[0].length : part.length;
    const to = part.lastIndexOf('@');
    if (to > from) spans.push({ from: start + from, to: start + to });
    start += part.length;
  }
  return mergedSpans(spans);
}

/** Spans in their order, those that overlap as one. */
export function mergedSpans(
  spans: readonly { from: number; to: number }[],
): { from: number; to: number }[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of spans
    .filter((span) => span.to > span.from)
    .toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = result.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}
