import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLoopback } from '../../src/model/address.ts';
import { causesOf, MESSAGES, type MessageId } from '../../src/troubleshoot/causes.ts';

const ids = Object.keys(MESSAGES) as MessageId[];
const idsOf = (text: string) => causesOf(text).map(({ id }) => id);

const AT =
  ' File "/home/pod/.virtualenvs/django_pod4/lib/python3/site-packages/redis/connection.py"';

/** A traceback in the format of Python 3.11, with the original error. */
const traceback = (first: string, last: string) => `Traceback (most recent call last):
 ${AT}, line 611, in connect
    sock = self.retry.call_with_retry(
${first}

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
 ${AT}, line 617, in connect
    raise ConnectionError(self._error_message(e))
${last}
`;

test.each(['fr', 'en'])('the table has each message of the page, and no other: %s', (language) => {
  const path = join(import.meta.dirname, `../../src/content/docs/${language}/troubleshoot.mdx`);
  const [messages = ''] = readFileSync(path, 'utf8').split(/^## .*\{#symptoms\}$/m);
  const anchors = [...messages.matchAll(/^### .*\{#(.*)\}$/gm)].map(([, id]) => id);
  expect(anchors.sort()).toEqual([...ids].sort());
});

describe('a message is found', () => {
  test.each<[what: string, pasted: string, found: MessageId[]]>([
    ['alone', 'Error 111 connecting to 10.0.0.5:6379. Connection refused.', ['refused']],
    [
      'at the end of a traceback',
      traceback(
        'ConnectionRefusedError: [Errno 111] Connection refused',
        'redis.exceptions.ConnectionError: Error 111 connecting to 10.0.0.5:6379. Connection refused.',
      ),
      ['refused'],
    ],
    [
      'with RabbitMQ’s port',
      'consumer: Cannot connect to amqp://guest:**@127.0.0.1:5672//: [Errno 111] Connection refused.',
      ['broker-unset'],
    ],
    [
      'with RabbitMQ’s port, by redis-py',
      'Error 111 connecting to 127.0.0.1:5672. Connection refused.',
      ['broker-unset'],
    ],
    [
      'that Celery wrapped, without a port',
      'kombu.exceptions.OperationalError: [Errno 111] Connection refused',
      ['broker-unset'],
    ],
    [
      'that Celery wrapped',
      'kombu.exceptions.OperationalError: Error 111 connecting to 10.0.0.5:6379. Connection refused.',
      ['refused'],
    ],
    [
      'with 104 while reading',
      "redis.exceptions.ConnectionError: Error while reading from 10.0.0.5:6379 : (104, 'Connection reset by peer')",
      ['tls-missing'],
    ],
    [
      'with 104 while writing',
      'redis.exceptions.ConnectionError: Error 104 while writing to socket. Connection reset by peer.',
      ['protected-mode'],
    ],
    [
      'in colours, after journalctl’s prefix',
      '\u001b[1;31mNov 23 06:50:01 pod celery[812]: [2026-11-23 06:50:01,102: ERROR/MainProcess] consumer: Cannot connect to redis://:**@10.0.0.5:6379/5: Error 111 connecting to \u001b[0m10.0.0.5:6379. Connection refused..',
      ['refused'],
    ],
    [
      'broken by a terminal',
      "OOM command not allowed\n  when used memory > 'maxmemory'.",
      ['out-of-memory'],
    ],
    [
      'with escaped quotes',
      String.raw`"\'master_name\' transport option must be specified."`,
      ['sentinel-no-master-name'],
    ],
    [
      'of redis-cli',
      'Could not connect to Redis at 127.0.0.1:6379: Connection refused',
      ['refused'],
    ],
    ['of redis-cli in brackets', '(error) NOAUTH Authentication required.', ['noauth']],
    [
      'of any name',
      'Error -2 connecting to redis.univ.example:6379. Name or service not known.',
      ['unknown-host'],
    ],
    [
      'of Pod’s own name',
      'Error -2 connecting to redis.localhost:6379. Name or service not known.',
      ['redis-localhost'],
    ],
    [
      'of a master’s name',
      'Error -2 connecting to mymaster:6379. Name or service not known.',
      ['sentinel-factory'],
    ],
    [
      'of a name without dots',
      'Error -2 connecting to master-of-pod:6379. Name or service not known.',
      ['unknown-host', 'sentinel-factory'],
    ],
    [
      'at localhost',
      'Error 111 connecting to localhost:6379. Connection refused.',
      ['refused', 'sentinel-localhost'],
    ],
    [
      'of what failed last, first',
      'Authentication required.\nDB index is out of range\n',
      ['db-range', 'noauth'],
    ],
    ['of redis-cli without TLS', 'Error: Connection reset by peer', ['tls-missing']],
    [
      'that several causes have',
      'ConnectionResetError: [Errno 104] Connection reset by peer',
      ['protected-mode', 'tls-missing'],
    ],
    [
      'of versions that refuse each other',
      "Unrecoverable error: VersionMismatch('Redis transport requires redis-py versions 6.1.0 or later. You have 5.2.0')",
      ['environment'],
    ],
    ['of a package of kombu', "ModuleNotFoundError: No module named 'packaging'", ['environment']],
    [
      'of Django that an encoding worker asks',
      "raised unexpected: ImproperlyConfigured('Requested setting VIDEO_RENDITIONS, but settings are not configured. You must either define the environment variable DJANGO_SETTINGS_MODULE or call settings.configure() before accessing settings.')",
      ['environment'],
    ],
    [
      'of its database',
      'django.db.utils.OperationalError: no such table: video_encode_transcript_videorendition',
      ['environment'],
    ],
    [
      'of another database',
      `django.db.utils.ProgrammingError: (1146, "Table 'pod.video_encode_transcript_videorendition' doesn't exist")`,
      ['environment'],
    ],
    [
      'of another setting of Django',
      'django.core.exceptions.ImproperlyConfigured: Requested setting DEBUG, but settings are not configured.',
      ['environment'],
    ],
    [
      'of SoX that is not there',
      "raised unexpected: FileNotFoundError(2, 'SoX not found, use 16000hz files or install it: No such file or directory')",
      ['transcription-missing'],
    ],
    [
      'of SoX without mp3',
      "sox FAIL formats: no handler for file extension 'mp3'",
      ['transcription-missing'],
    ],
    ['of captions without a word', 'ERROR SUBTITLES Output size is 0', ['transcription-missing']],
    ['of numpy', `ModuleNotFoundError("No module named 'numpy'")`, ['transcription-missing']],
    ['of Vosk', "ModuleNotFoundError: No module named 'vosk'", ['transcription-missing']],
    ['of Whisper', "ModuleNotFoundError: No module named 'whisper'", ['transcription-missing']],
    [
      'of settings of transcription',
      "NameError: name 'TRANSCRIPTION_TYPE' is not defined",
      ['transcription-missing'],
    ],
    ['of a model', 'Exception: Failed to create a model', ['transcription-missing']],
    [
      'of a folder without a model',
      "ERROR (VoskAPI:Model():src/model.cc:122) Folder '/nowhere' does not contain model files.",
      ['transcription-missing'],
    ],
    [
      'of a worker that ends when it has lost Redis',
      'consumer: Connection to broker lost. Trying to re-establish the connection...\nRetrying to re-establish a connection to the message broker after a connection loss has been disabled (app.conf.broker_connection_retry=False). Shutting down...',
      ['broker-lost'],
    ],
    [
      'of a session that has expired',
      'WARNING [django.security.SuspiciousSession] Session data corrupted',
      ['session-corrupted'],
    ],
    ['nowhere', 'Everything is fine.', []],
    ['nowhere in nothing', ' \n', []],
  ])('%s', (_, pasted, found) => {
    expect(idsOf(pasted).sort()).toEqual([...found].sort());
    expect(idsOf(pasted)[0]).toBe(found[0]);
  });

  test.each([
    ['Error 111 connecting to 127.0.0.1:6379. Connection refused.', '127.0.0.1', '6379'],
    ['Error 111 connecting to ::1:6380. Connection refused.', '::1', '6380'],
    [
      'Error -2 connecting to redis.univ.example:6379. Name or service not known.',
      'redis.univ.example',
      '6379',
    ],
  ])('with its address: %s', (pasted, host, port) => {
    expect(causesOf(`before\n${pasted}\nafter`)).toMatchObject([{ host, port, line: pasted }]);
  });
});

/** A text that matches one of the table, with a value for each placeholder. */
const example = (sign: string) =>
  sign
    .replace('{host}', '10.0.0.5')
    .replace('{port}', '6379')
    .replace('{error}', '111')
    .replace('{name}', 'redis')
    .replace('…', 'guest');

/** All texts of a message, in the order of the table. */
const signsOf = (id: MessageId): string[] =>
  (Object.values(MESSAGES[id]) as (readonly string[])[]).flat();

const signs = ids.flatMap(signsOf);

test('every text of the table is found', () => {
  for (const id of ids)
    for (const sign of signsOf(id))
      expect([sign, causesOf(example(sign)).length > 0]).toEqual([sign, true]);
});

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.lorem({ mode: 'sentences' }),
);

test('any text is read without an error, and random words have no cause', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      for (const { host = '' } of causesOf(text)) isLoopback(host);
    }),
  );
  fc.assert(
    fc.property(fc.lorem({ maxCount: 200 }), (text) => {
      expect(idsOf(text)).toEqual([]);
    }),
  );
});

test('pieces of messages in any order are read without an error', () => {
  const pieces = fc.oneof(
    fc.constantFrom(...signs.flatMap((sign) => example(sign).split(' '))),
    noise,
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), fc.constantFrom(' ', '\n', ''), (all, by) => {
      for (const { host = '', line } of causesOf(all.join(by))) {
        isLoopback(host);
        expect(line.length).toBeLessThan(5000);
      }
    }),
  );
});

test('a message is found in any noise, before what is not certain', () => {
  const certain = ids.filter((id) => 'is' in MESSAGES[id]);
  fc.assert(
    fc.property(noise, fc.constantFrom(...certain), noise, (before, id, after) => {
      const [sign = ''] = (MESSAGES[id] as { is?: readonly string[] }).is ?? [];
      expect(idsOf(`${before}\n${example(sign)}\n${after}`)).toContain(id);
    }),
  );
});

describe('a megabyte takes as long as its length says', () => {
  const SIZE = 2 ** 20;
  const filled = (piece: string, size: number) =>
    piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
  const milliseconds = (text: string) => {
    // Time of the processor, which other programs do not take part in.
    const start = process.cpuUsage();
    causesOf(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };

  test.each([
    ' ',
    'Error ',
    'Error 111 connecting to ',
    'Error 111 connecting to a:1:',
    'Error 111 connecting to aaaaaaaaaaaaaaaa',
    'Cannot connect to amqp://',
    'Could not connect to Redis at 1',
    '\u001b[',
    "Error while reading from a:1 : (104, '",
    'Error 111 connecting to 10.0.0.5:6379. Connection refused.\n',
  ])('%j', (piece) => {
    milliseconds(filled(piece, SIZE / 8));
    const [some, all] = [milliseconds(filled(piece, SIZE / 8)), milliseconds(filled(piece, SIZE))];
    // The input is eight times as long; the rest is a margin for a busy machine.
    expect(all).toBeLessThan(some * 8 * 5 + 500);
  });

  test('of a log, the end is read', () => {
    const log = filled('Nov 23 06:50:01 pod nginx[1]: GET /video/1 200\n', 2 * SIZE);
    expect(idsOf(`DB index is out of range\n${log}`)).toEqual([]);
    expect(idsOf(`${log}\nDB index is out of range`)).toEqual(['db-range']);
  });
});
