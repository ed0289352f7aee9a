import type { Params } from '../model/say.ts';
import type { Span } from './read/values.ts';

/**
 * How bad it is: an `error` breaks something or loses data; a `warning` will at some time; an
 * `advice` is worth knowing, and nothing is wrong without it.
 */
export type Severity = 'error' | 'warning' | 'advice';

/** Every finding there is, with how bad it is; the site has a page and a text for each. */
export const CODES = {
  syntax: 'error',
  'not-understood': 'advice',
  'environment-default': 'advice',
  'both-modes': 'error',
  'broker-missing': 'error',
  'broker-rabbitmq': 'error',
  'broker-no-database': 'error',
  'broker-tenant-suffix': 'error',
  'broker-scheme': 'error',
  'broker-environment': 'error',
  'broker-unused': 'advice',
  'visibility-timeout-missing': 'error',
  'visibility-timeout-short': 'error',
  'acknowledged-early': 'warning',
  'microservice-ignores': 'warning',
  'database-shared': 'error',
  'database-range': 'error',
  'database-differs': 'advice',
  'select2-missing': 'error',
  'caches-missing': 'error',
  'cache-scheme': 'error',
  'cache-not-redis': 'warning',
  'sessions-not-redis': 'warning',
  'default-address': 'error',
  loopback: 'error',
  'redis-localhost': 'error',
  'docker-address': 'advice',
  'hosts-differ': 'advice',
  'ipv6-brackets': 'error',
  'password-unencoded': 'error',
  'password-encoded': 'error',
  'passwords-differ': 'error',
  'password-in-file': 'advice',
  'password-as-user': 'error',
  'session-acl': 'error',
  'session-ssl': 'error',
  'session-pool': 'error',
  'tls-unverified': 'error',
  'tls-host-name': 'warning',
  'tls-differs': 'error',
  'sentinel-host': 'error',
  'sentinel-factory': 'error',
  'sentinel-master': 'error',
  'sentinel-module': 'error',
  'sentinel-client': 'advice',
  'redis-directive': 'error',
  'redis-cluster': 'error',
  'redis-port': 'error',
  'redis-protected': 'error',
  'redis-open': 'error',
  'redis-bind': 'error',
  'redis-acl': 'error',
  'redis-policy': 'error',
  'redis-memory-full': 'warning',
  'redis-persistence': 'error',
  'redis-snapshots': 'warning',
  'worker-queue': 'error',
  'worker-word': 'error',
  'worker-spaces': 'error',
  'worker-restart': 'warning',
  'worker-limit': 'advice',
  'worker-concurrency': 'advice',
  'worker-prefetch': 'advice',
  'worker-api': 'advice',
  'xapi-lrs': 'advice',
  'pod-3-setting': 'warning',
  'live-transcription': 'advice',
} as const satisfies Record<string, Severity>;

/** The name of a finding; the last part of its page's address, which never changes. */
export type Code = keyof typeof CODES;

/** Replaces a part of a file's text. */
export interface Edit extends Span {
  readonly insert: string;
}

/** Something the reader should know about a file. */
export interface Finding {
  readonly code: Code;
  readonly severity: Severity;
  /** The name of the file. */
  readonly file: string;
  /** Where in its text, in UTF-16 code units. */
  readonly span: Span;
  /** What its text names, never a password; `case` is which of a code's texts says it. */
  readonly params: Params;
  /** What mends it, and nothing else; not there where only the reader knows what is right. */
  readonly repair?: readonly Edit[];
}

/** Applies edits, which do not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { from, to, insert } of [...edits].sort((a, b) => b.from - a.from || b.to - a.to))
    result = result.slice(0, from) + insert + result.slice(to);
  return result;
}

/** Line and column of a place, both from 1; a column counts UTF-16 code units. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: offset - start + 1 };
}
