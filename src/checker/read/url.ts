import { addressKind } from '../../model/address.ts';
import { mergedSpans, type Span } from './span.ts';

/** A component of a URL, with its span in the text that has the URL. */
export interface UrlComponent extends Span {
  /** Percent-decoded where clients decode it. */
  readonly text: string;
}

/** A URL of a broker or a cache, split into its components. */
export interface Url {
  /** In lower case, without `://`. */
  readonly scheme: string;
  readonly user?: UrlComponent;
  readonly password?: UrlComponent;
  /** Without the brackets of an IPv6 address. */
  readonly host?: UrlComponent;
  readonly port?: number;
  /** Without its slash: `5` for `/5`. The path of a Unix socket keeps it. */
  readonly path: UrlComponent;
  readonly query: ReadonlyMap<string, UrlComponent>;
  /** Where a parameter can be added, and the character that it then begins with. */
  readonly end: { readonly at: number; readonly separator: '?' | '&' };
  /** Its password has a character that clients take for the end of the password. */
  readonly unencoded: boolean;
  /** Its IPv6 address lacks brackets. */
  readonly unbracketed: boolean;
}

function decoded(text: string): string {
  // Python's unquote() also keeps bytes that are not UTF-8 as they are.
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function component(text: string, from: number, decode = true): UrlComponent {
  return { text: decode ? decoded(text) : text, from, to: from + text.length };
}

function queryOf(text: string, from: number): Map<string, UrlComponent> {
  const query = new Map<string, UrlComponent>();
  let at = from;
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    if (equals > 0)
      query.set(pair.slice(0, equals), component(pair.slice(equals + 1), at + equals + 1));
    at += pair.length + 1;
  }
  return query;
}

/** Splits the text between `@` and `/` into host and port. */
function addressOf(
  text: string,
  from: number,
): Pick<Url, 'host' | 'port' | 'unbracketed'> & { valid: boolean } {
  if (addressKind(text) === 'ipv6')
    return { host: component(text, from, false), unbracketed: true, valid: true };
  const [, bracketed, plain = '', colon, digits = ''] =
    /^(?:\[([^\]]*)\]|([^:]*))(?:(:)(.*))?$/s.exec(text) ?? [];
  const host = bracketed ?? plain;
  const valid =
    /^\d{0,5}$/.test(digits) && text !== '' && (colon === undefined || host !== '') && host !== '';
  return {
    ...(host !== '' && { host: component(host, from + (bracketed === undefined ? 0 : 1), false) }),
    ...(/^\d{1,5}$/.test(digits) && { port: Number(digits) }),
    unbracketed: false,
    valid,
  };
}

/**
 * Splits a URL as Python's urlsplit() does, which all of Pod's clients use: user information ends
 * at the last `@` before the first of `/ ? #`. A URL whose password has such a character is read as
 * its author meant it, and marked as unencoded.
 *
 * @param start where the URL begins in the text that has it
 * @param separator the character between several URLs, which a password cannot have either
 * @returns `undefined` for a text that is no URL
 */
export function readUrl(text: string, start = 0, separator = ''): Url | undefined {
  const [opening, scheme = ''] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  if (opening === undefined) return undefined;
  const rest = text.slice(opening.length);
  const delimiter = rest.search(/[/?#]/);
  const authorityEnd = delimiter < 0 ? rest.length : delimiter;
  const authority = rest.slice(0, authorityEnd);
  const lastAt = rest.lastIndexOf('@');
  const authorityAt = authority.lastIndexOf('@');
  const socket = /^(unix|redis\+socket)$/i.test(scheme);
  // The address begins after the last `@` of all, unless the authority already has an address that a
  // database follows: then the later `@` is in a parameter, such as the path of a certificate.
  const wellFormed = socket
    ? authority.slice(authorityAt + 1) === ''
    : addressOf(authority.slice(authorityAt + 1), 0).valid &&
      /^\/\d+(\?|$)/.test(rest.slice(authorityEnd));
  const broken = lastAt > authorityEnd && !wellFormed;
  const at = broken ? lastAt : authorityAt;
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
  const secret = information === undefined || colon < 0 ? undefined : information.slice(colon + 1);
  const { host, port, unbracketed } = addressOf(netloc, from + at + 1);
  return {
    scheme: scheme.toLowerCase(),
    ...(name !== '' && { user: component(name, from) }),
    ...(secret !== undefined && { password: component(secret, from + colon + 1, !broken) }),
    ...(host && { host }),
    ...(port !== undefined && { port }),
    path: component(path.slice(skip), pathAt + skip, false),
    query: question < 0 ? new Map() : queryOf(after.slice(question + 1), pathAt + question + 1),
    end: { at: start + text.length, separator: question < 0 ? '?' : '&' },
    unencoded:
      broken ||
      (secret !== undefined &&
        ((separator !== '' && secret.includes(separator)) || /[[\]]/.test(secret))),
    unbracketed,
  };
}

/**
 * Splits a text into its URLs, and each into its components.
 *
 * @param separator the character between URLs: `;` for Celery, `,` for django-redis
 */
export function readUrls(text: string, separator: ';' | ','): Url[] {
  const urls: Url[] = [];
  let at = 0;
  // A separator counts only where a URL follows: anywhere else it is a mistake in a password.
  const texts = text.split(
    separator === ';' ? /;(?=[a-z][a-z0-9+.-]*:\/\/)/i : /,(?=[a-z][a-z0-9+.-]*:\/\/)/i,
  );
  for (const each of texts) {
    const url = readUrl(each, at, separator);
    if (url) urls.push(url);
    at += each.length + 1;
  }
  return urls;
}

/** The beginning of a URL of a broker or a cache, whose password may be unencoded. */
const BROKER_URL = /\b(?:rediss?|redis\+socket|unix|sentinel|amqps?|pyamqp):\/\/(?:[\w.-]*:)?/i;

/** Any other URL with its password, if that is encoded. */
const OTHER_URL = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/'"]{0,60}:([^\s'";/]{0,200})@/gi;

/**
 * The spans of the passwords in a text's URLs. In a broker's URL everything between the user's name
 * and the last `@` is one, and everything before the `@` where no colon marks the name as such.
 */
export function secretsOfUrls(text: string): Span[] {
  const spans = [...text.matchAll(OTHER_URL)].map(({ 0: whole, 1: secret = '', index }) => {
    const to = index + whole.length - 1;
    return { from: to - secret.length, to };
  });
  let start = 0;
  for (const url of text.split(/(?<=[;,])(?=[a-z][a-z0-9+.-]*:\/\/)/i)) {
    const head = BROKER_URL.exec(url);
    const from = head ? head.index + head[0].length : url.length;
    const to = url.lastIndexOf('@');
    if (to > from) spans.push({ from: start + from, to: start + to });
    start += url.length;
  }
  return mergedSpans(spans);
}
