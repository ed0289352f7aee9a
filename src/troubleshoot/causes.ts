/** How far a text points to a cause. */
type Strength =
  /** No other cause says this. */
  | 'is'
  /** Another cause says it more often: this one comes after it. */
  | 'also'
  /** Much else says it too: it counts where nothing better is found. */
  | 'maybe';

type Signs = Readonly<Partial<Record<Strength, readonly string[]>>>;

/**
 * What software says that cannot use Redis, by the anchor of the page on repairs: Debian 12's
 * clients, those that Pod pins, redis-cli and redis-server (run; the versions are on the page). In
 * a text `{host}`, `{port}`, `{error}` (a number) and `{name}` (a name without dots) stand for what
 * differs, `…` for anything in the same line.
 */
export const MESSAGES = {
  noauth: { is: ['NOAUTH Authentication required', 'Authentication required.'] },
  wrongpass: { is: ['WRONGPASS', 'invalid username-password pair'] },
  'password-unset': { is: ['called without any password configured'] },
  'protected-mode': {
    is: [
      'DENIED Redis is running in protected mode',
      'Redis is running in protected mode',
      'Error 104 while writing to socket. Connection reset by peer',
    ],
    maybe: ['Connection reset by peer', 'Server closed the connection'],
  },
  refused: {
    is: [
      'Error 111 connecting to {host}:{port}. Connection refused',
      'Could not connect to Redis at {host}:{port}: Connection refused',
    ],
  },
  'db-range': { is: ['DB index is out of range'] },
  'db-not-a-number': { is: ['Database is int between 0 and limit - 1'] },
  'url-password': { is: ['Port could not be cast to integer value'] },
  'tls-missing': {
    is: [
      "Error while reading from {host}:{port} : (104, 'Connection reset by peer')",
      "Error while reading from socket: (104, 'Connection reset by peer')",
      'Error: Connection reset by peer',
    ],
    maybe: ['Connection reset by peer', 'Server closed the connection'],
  },
  'tls-unexpected': { maybe: ['Timeout connecting to server', 'Timeout reading from'] },
  'tls-authority': { is: ['CERTIFICATE_VERIFY_FAILED', 'certificate verify failed'] },
  'redis-localhost': {
    is: [
      'Error {error} connecting to redis.localhost:{port}. Name or service not known',
      'Error 111 connecting to redis.localhost:{port}. Connection refused',
      'Could not connect to Redis at redis.localhost:{port}: Name or service not known',
    ],
  },
  'unknown-host': {
    is: [
      'Error {error} connecting to {host}:{port}. Name or service not known',
      'Error {error} connecting to {host}:{port}. Temporary failure in name resolution',
      'Could not connect to Redis at {host}:{port}: Name or service not known',
    ],
  },
  'acl-channels': { is: ['no permissions to access one of the channels'] },
  'broker-unset': {
    is: [
      'Cannot connect to amqp://…: [Errno 111] Connection refused',
      'Error 111 connecting to {host}:5672. Connection refused',
      'OperationalError: [Errno 111] Connection refused',
    ],
    maybe: ['[Errno 111] Connection refused'],
  },
  'out-of-memory': { is: ['OOM command not allowed', 'command not allowed when used memory >'] },
  cluster: { is: ['SELECT is not allowed in cluster mode', 'CROSSSLOT'] },
  'bad-directive': {
    is: ['FATAL CONFIG FILE ERROR', 'Bad directive or wrong number of arguments'],
  },
  'no-such-option': { is: ['No such option: -l'] },
  'sentinel-no-master': { is: ['No master found for'] },
  'sentinel-no-master-name': { is: ["'master_name' transport option must be specified"] },
  'sentinel-factory': {
    is: ['Error {error} connecting to mymaster:{port}. Name or service not known'],
    also: ['Error {error} connecting to {name}:{port}. Name or service not known'],
  },
  'sentinel-read-only': { is: ["You can't write against a read only replica"] },
  'sentinel-localhost': {
    also: [
      'Error 111 connecting to localhost:6379. Connection refused',
      'AUTH <password> called without any password configured',
    ],
  },
} as const satisfies Record<string, Signs>;

/** The anchor of a message on the page on repairs. */
export type MessageId = keyof typeof MESSAGES;

/** A cause of what was pasted. */
export interface Cause {
  readonly id: MessageId;
  /** The line that it was found in, without colours. */
  readonly line: string;
  /** The address in it, if it has one. */
  readonly host?: string;
  readonly port?: string;
}

const HOLES: Readonly<Record<string, string>> = {
  '{host}': String.raw`(?<host>[^\s'"/@,;()]{1,253}?)`,
  '{port}': String.raw`(?<port>\d{1,5})`,
  '{name}': String.raw`(?<host>[a-z0-9_-]{1,63})`,
  '{error}': String.raw`-?\d{1,3}`,
  '…': String.raw`[^\n]{0,300}?`,
};

/**
 * A text of the table as a pattern. Each repetition in it is bounded, and none is in another: the
 * time that it takes grows as the text does. A blank may be a line that a terminal broke, a quote
 * may be escaped.
 */
function pattern(sign: string): RegExp {
  const parts = sign.split(/(\{\w+\}|…| |')/).map((part) => {
    if (part === ' ') return String.raw`\s{1,80}`;
    if (part === "'") return String.raw`\\?['’"]`;
    return HOLES[part] ?? RegExp.escape(part);
  });
  return new RegExp(parts.join(''), 'gi');
}

/** A text of the table that was found. */
interface Found extends Cause {
  readonly strength: Strength;
  readonly start: number;
  readonly end: number;
  /** How much of it is given, not a hole: the more, the more it tells. */
  readonly given: number;
}

const PATTERNS = Object.entries(MESSAGES).flatMap(([id, signs]: [string, Signs]) =>
  (['is', 'also', 'maybe'] as const).flatMap((strength) =>
    (signs[strength] ?? []).map((sign) => ({
      id: id as MessageId,
      strength,
      sign: pattern(sign),
      given: sign.replace(/\{\w+\}|…/g, '').length,
    })),
  ),
);

/** As much as is read, from its end: what failed last is there. */
const MOST = 2 ** 20;

/** Colours and the like, as terminals are told them (ECMA-48). */
const COLOURS = /\u001b\[[0-9;?]{0,30}[ -/]{0,3}[@-~]/g;

/** The line that a place of a text is in, not longer than anyone reads. */
function lineAt(text: string, start: number, end: number): string {
  const from = text.lastIndexOf('\n', start) + 1;
  const to = text.indexOf('\n', end);
  return text.slice(Math.max(from, start - 200), to === -1 ? end + 200 : Math.min(to, end + 200));
}

/** Where a pattern is found last in a text. */
function lastOf(text: string, sign: RegExp): RegExpExecArray | undefined {
  let last: RegExpExecArray | undefined;
  for (const match of text.matchAll(sign)) last = match;
  return last;
}

/**
 * What causes the messages of a text, best first: what only one cause says comes before what
 * several say, and what failed last before what failed earlier.
 *
 * @param pasted a line, a traceback, a log; what is longer than 1 MiB is read from its end
 */
export function causesOf(pasted: string): Cause[] {
  const text = pasted.slice(-MOST).replace(COLOURS, '');
  const found = PATTERNS.flatMap(({ id, strength, sign, given }): Found[] => {
    const match = lastOf(text, sign);
    if (!match) return [];
    const start = match.index;
    const end = start + match[0].length;
    const { host, port } = match.groups ?? {};
    const address = { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
    return [{ id, strength, start, end, given, line: lineAt(text, start, end).trim(), ...address }];
  });
  const certain = found.filter(({ strength }) => strength === 'is');
  const told = certain.filter(
    (one) =>
      !certain.some(
        (other) =>
          other.given > one.given &&
          other.id !== one.id &&
          other.start < one.end &&
          one.start < other.end,
      ),
  );
  const last = (a: Found, b: Found) => b.end - a.end || b.given - a.given;
  const also = found.filter(({ strength }) => strength === 'also');
  const best = [...told.sort(last), ...also.sort(last)];
  const all = best.length > 0 ? best : found.sort(last);
  const ids = [...new Set(all.map(({ id }) => id))];
  return ids.flatMap((id) => {
    // Of the texts of one cause, the one with an address tells more.
    const its = all.filter((each) => each.id === id);
    const one = its.find(({ host }) => host !== undefined) ?? its[0];
    if (!one) return [];
    const { line, host, port } = one;
    return [{ id, line, ...(host !== undefined && { host }), ...(port !== undefined && { port }) }];
  });
}
