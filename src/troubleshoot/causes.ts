/** The certainty with which a text points to a cause. */
type Strength =
  /** The text of no other cause. */
  | 'is'
  /** More often the text of another cause, which comes first. */
  | 'also'
  /** A text of many programs: it counts where nothing better is found. */
  | 'maybe';

/** The texts of a cause, by certainty. */
type Texts = Readonly<Partial<Record<Strength, readonly string[]>>>;

/**
 * The messages of software that cannot use Redis, and of workers that cannot run a task, by the anchor of
 * the page on repairs: of Debian 12's clients, those that Pod pins, redis-cli and redis-server (run; the
 * versions are on the page). The
 * placeholders are `{host}`, `{port}`, `{error}` (a number), `{name}` (a name without dots), and `…`
 * for anything in the same line.
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
      'Error 32 while writing to socket. Broken pipe',
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
  'no-such-option': { is: ['No such option: -l', "No such option '-l'"] },
  'sentinel-no-master': {
    is: [
      'No master found for',
      // Behind it, redis-py lists the error of each sentinel.
      ")> - ConnectionError('Error {error} connecting to {host}:{port}. Connection refused",
      ")> - ConnectionError('Error {error} connecting to {host}:{port}. Name or service not known",
    ],
  },
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
  environment: {
    is: [
      "No module named 'packaging'",
      'VersionMismatch(',
      'Redis transport requires redis-py versions',
      'Requested setting VIDEO_RENDITIONS, but settings are not configured',
      // With SQLite, MariaDB and PostgreSQL alike.
      'video_encode_transcript_videorendition',
    ],
    maybe: ['but settings are not configured'],
  },
  'transcription-missing': {
    is: [
      'SoX not found',
      "no handler for file extension 'mp3'",
      'SUBTITLES Output size is 0',
      "No module named 'numpy'",
      "No module named 'vosk'",
      "No module named 'whisper'",
      "name 'TRANSCRIPTION_TYPE' is not defined",
      'Failed to create a model',
      'does not contain model files',
    ],
  },
  'result-backend': {
    is: [
      'The configured path for the file-system backend does not work correctly',
      "'DisabledBackend' object has no attribute '_get_task_meta_for'",
    ],
  },
  'broker-lost': {
    is: [
      'Retrying to re-establish a connection to the message broker after a connection loss has been disabled',
      'Unrecoverable error: KeyError(',
    ],
  },
  'session-corrupted': { is: ['Session data corrupted'] },
} as const satisfies Record<string, Texts>;

/** The anchor of a message on the page on repairs. */
export type MessageId = keyof typeof MESSAGES;

/** A cause of a message that was pasted. */
export interface Cause {
  readonly id: MessageId;
  /** The line of the message, without colours. */
  readonly line: string;
  /** The address in the message, if it has one. */
  readonly host?: string;
  readonly port?: string;
}

/** The pattern of each placeholder. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '{host}': String.raw`(?<host>[^\s'"/@,;()]{1,253}?)`,
  '{port}': String.raw`(?<port>\d{1,5})`,
  '{name}': String.raw`(?<host>[a-z0-9_-]{1,63})`,
  '{error}': String.raw`-?\d{1,3}`,
  '…': String.raw`[^\n]{0,300}?`,
};

/**
 * A text of the table as a pattern. Its repetitions are bounded and not nested, so that the time for a
 * match is linear in the input. A blank also matches the line breaks of a terminal, a quote an escaped
 * one.
 */
function patternOf(message: string): RegExp {
  const pieces = message.split(/(\{\w+\}|…| |')/).map((piece) => {
    if (piece === ' ') return String.raw`\s{1,80}`;
    if (piece === "'") return String.raw`\\?['’"]`;
    return PLACEHOLDERS[piece] ?? RegExp.escape(piece);
  });
  return new RegExp(pieces.join(''), 'gi');
}

/** A text of the table that was found in the input. */
interface Found extends Cause {
  readonly strength: Strength;
  readonly start: number;
  readonly end: number;
  /** The length of the text without its placeholders: a longer one is more specific. */
  readonly length: number;
}

const PATTERNS = Object.entries(MESSAGES).flatMap(([id, texts]: [string, Texts]) =>
  (['is', 'also', 'maybe'] as const).flatMap((strength) =>
    (texts[strength] ?? []).map((message) => ({
      id: id as MessageId,
      strength,
      pattern: patternOf(message),
      length: message.replace(/\{\w+\}|…/g, '').length,
    })),
  ),
);

/** The length of the input that is read, from its end, where the last error is; in characters. */
const MAX_LENGTH = 2 ** 20;

/** Control sequences of terminals, such as colours (ECMA-48). */
const COLOURS = /\u001b\[[0-9;?]{0,30}[ -/]{0,3}[@-~]/g;

/** The line of a span of a text, with at most 200 characters on either side of the span. */
function lineAt(text: string, start: number, end: number): string {
  const from = text.lastIndexOf('\n', start) + 1;
  const to = text.indexOf('\n', end);
  return text.slice(Math.max(from, start - 200), to === -1 ? end + 200 : Math.min(to, end + 200));
}

/** The last match of a pattern in a text. */
function lastMatch(text: string, pattern: RegExp): RegExpExecArray | undefined {
  let last: RegExpExecArray | undefined;
  for (const match of text.matchAll(pattern)) last = match;
  return last;
}

/**
 * The causes of the messages in a text, best first: a message of one cause comes before one of
 * several causes, and a later message before an earlier one.
 *
 * @param pasted a line, a traceback, a log; of more than 1 MiB (in characters) only the end is read
 */
export function causesOf(pasted: string): Cause[] {
  const text = pasted.slice(-MAX_LENGTH).replace(COLOURS, '');
  const found = PATTERNS.flatMap(({ id, strength, pattern, length }): Found[] => {
    const match = lastMatch(text, pattern);
    if (!match) return [];
    const start = match.index;
    const end = start + match[0].length;
    const { host, port } = match.groups ?? {};
    const address = { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
    return [
      { id, strength, start, end, length, line: lineAt(text, start, end).trim(), ...address },
    ];
  });
  const certain = found.filter(({ strength }) => strength === 'is');
  // A text that overlaps a more specific one of another cause does not count.
  const specific = certain.filter(
    (one) =>
      !certain.some(
        (other) =>
          other.length > one.length &&
          other.id !== one.id &&
          other.start < one.end &&
          one.start < other.end,
      ),
  );
  const last = (a: Found, b: Found) => b.end - a.end || b.length - a.length;
  const also = found.filter(({ strength }) => strength === 'also');
  const best = [...specific.sort(last), ...also.sort(last)];
  const all = best.length > 0 ? best : found.sort(last);
  const ids = [...new Set(all.map(({ id }) => id))];
  return ids.flatMap((id) => {
    // Of the texts of one cause, one with an address is the most useful.
    const its = all.filter((each) => each.id === id);
    const one = its.find(({ host }) => host !== undefined) ?? its[0];
    if (!one) return [];
    const { line, host, port } = one;
    return [{ id, line, ...(host !== undefined && { host }), ...(port !== undefined && { port }) }];
  });
}
