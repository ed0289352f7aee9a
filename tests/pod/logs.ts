import type { Logs } from './server.ts';

/** A message that a run may show, and why that is right. */
export interface Explained {
  readonly pattern: RegExp;
  readonly reason: string;
}

/** The messages that a run without any fault shows. */
const EXPLAINED: readonly Explained[] = [
  {
    pattern: /SecurityWarning(?:: You're running the worker with superuser|\(ROOT_DISCOURAGED)/,
    reason: 'Here the workers run as root; the units have the account that was chosen.',
  },
  {
    pattern: /CPendingDeprecationWarning: The broker_connection_retry configuration setting will/,
    reason: 'Celery 5.4 announces a change of Celery 6.',
  },
  {
    pattern: /WARNING\/ForkPoolWorker-\d+\] \["[-\da-f]{36}"\]$/,
    reason:
      'Pod prints the answer of the Learning Record Store; Celery logs what is printed as a warning.',
  },
  {
    pattern:
      /WARNING\/ForkPoolWorker-\d+\] (?: |\d+|ko|\S+\.mp3|(?:Start|End of) the trans(?:cripting|coding) of the video ?\d*)$/,
    reason: 'Pod prints what it transcribes.',
  },
  {
    pattern: /sox WARN trim: (?:End position is after expected end|Last \d+ position)/,
    reason: 'Pod asks for pieces of a fixed length, and the last one is shorter.',
  },
  {
    pattern: /FixupWarning(?:: Environment variable DJANGO_SETTINGS_MODULE|\(ERR_NOT_INSTALLED)/,
    reason: 'The transcription worker names Django’s settings also where there is no Django.',
  },
];

/** The messages of a run in which Redis was away. */
export const OUTAGE: readonly Explained[] = [
  {
    pattern: /CRITICAL\/MainProcess\] Retrying to re-establish a connection .* has been disabled/,
    reason: 'A worker ends when it loses Redis; its service starts it again.',
  },
  {
    pattern:
      /CRITICAL\/MainProcess\] Couldn't ack .* reason:ConnectionError|WARNING\/MainProcess\] Restoring \d+ unacknowledged message/,
    reason: 'Redis is away at the end of the task, which comes again and is then not run.',
  },
  {
    pattern: /ERROR \[django\.request .* Internal Server Error: \/ \(STATUS: 500/,
    reason: 'Pages fail without Redis; the visitor’s log has each.',
  },
  {
    pattern: /consumer: (?:Connection to broker lost|Cannot connect to (?:sentinel|redis))/,
    reason: 'A worker under the init script waits until Redis is there again.',
  },
  {
    pattern:
      /^Traceback|raise (?:Connection|Timeout|MasterNotFound)Error\(|^(?:redis\.(?:exceptions|sentinel)\.|django_redis\.exceptions\.ConnectionInterrupted: Redis )?(?:Connection|ConnectionRefused|Timeout|MasterNotFound)Error: /,
    reason: 'The same worker, and Django’s cache, tell where they lost the connection.',
  },
  {
    pattern:
      /ERROR \[django - cache\.py:\d+\] Exception ignored \(EXCEPTION: .*ConnectionInterrupted/,
    reason: 'Django’s cache ignores that Redis is away, and logs it, as the settings ask for.',
  },
  {
    pattern: /^AttributeError: 'SessionStore' object has no attribute '_session_cache'$/,
    reason:
      'Django asks in this way whether a session was loaded; the traceback of the lost connection names it.',
  },
  {
    pattern: /CPendingDeprecationWarning: $|warnings\.warn\(CANCEL_TASKS_BY_DEFAULT/,
    reason: 'Celery 5.4 announces another change of Celery 6.',
  },
];

/** The words of warnings, errors and tracebacks. */
const ALARMING =
  /\b(?:WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b|^Traceback|\w(?:Error|Exception|Warning)\b|\bfailed\b/;

/**
 * The lines of logs that are warnings, errors or tracebacks, and that nobody has explained.
 *
 * @param more messages that this run alone may show, because of what was done to it
 */
export function unexplained(logs: Logs, more: readonly Explained[] = []): string[] {
  const known = [...EXPLAINED, ...more];
  return Object.entries(logs).flatMap(([name, text]) =>
    text
      .split('\n')
      .filter((line) => ALARMING.test(line) && !known.some(({ pattern }) => pattern.test(line)))
      .map((line) => `${name}: ${line}`),
  );
}
