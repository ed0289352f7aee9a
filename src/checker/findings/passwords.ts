import { urlPart } from '../../emit/escape.ts';
import {
  isWeakPassword,
  PASSWORD_PLACEHOLDER,
  PUBLISHED_PASSWORDS,
  STRONG,
} from '../../model/password.ts';
import type { FindingDefinition, Problem } from '../finding.ts';
import type { ClientConnection } from '../read/clientConnections.ts';
import type { CheckedFile, SettingsFile } from '../read/files.ts';
import { directiveValue } from '../read/redisFile.ts';
import type { Span } from '../read/span.ts';
import type { Url } from '../read/url.ts';
import { editableSpan, type StringValue } from '../read/values.ts';
import { replace, replaceIn } from '../repair/edits.ts';
import { but, pair, PASSWORD_TEXT, settings } from './exampleFiles.ts';

/** The URLs of all settings, each with the string that has it. */
function* urlsOf({
  connections,
}: SettingsFile): Generator<{ connection: ClientConnection; url: Url; value: StringValue }> {
  for (const connection of connections)
    for (const url of connection.urls)
      if (connection.value) yield { connection, url, value: connection.value };
}

/** The passwords that need percent-encoding, in their encoded form. */
function encodedPasswords(connections: readonly ClientConnection[]): Set<string> {
  return new Set(
    connections.flatMap(({ password }) =>
      password && password.raw !== password.text ? [password.raw] : [],
    ),
  );
}

/** Percent-encodes a password; what is already encoded stays so. */
function encoded(password: string): string {
  return password.replace(/%[\da-f]{2}|[^%]|%/gi, (text) =>
    text.length === 3 ? text : urlPart(text),
  );
}

/** The first place outside of comments where the password is a text that pages have published. */
function* published({ input: { text } }: CheckedFile): Generator<Problem> {
  // Whoever gives the placeholder a value as a variable has replaced it.
  const defined = new RegExp(`^${PASSWORD_PLACEHOLDER}\\s*=`, 'm').test(text);
  for (const word of PUBLISHED_PASSWORDS) {
    if (word === PASSWORD_PLACEHOLDER && defined) continue;
    for (let from = text.indexOf(word); from >= 0; from = text.indexOf(word, from + word.length)) {
      const line = text.slice(text.lastIndexOf('\n', from) + 1, from);
      if (line.trimStart().startsWith('#')) continue;
      yield { at: { from, to: from + word.length } };
      return;
    }
  }
}

/** The problem of a password that can be guessed. */
function* weak(at: Span, password: string, setting: string): Generator<Problem> {
  const known = password !== '' && !PUBLISHED_PASSWORDS.includes(password);
  if (known && isWeakPassword(password)) yield { at, params: { setting, ...STRONG } };
}

/** The directives of redis.conf and sentinel.conf whose first argument is a password. */
const PASSWORD_DIRECTIVES = ['requirepass', 'masterauth'];

/** Passwords that clients misread, that differ, or that others can read. */
export const passwords = [
  // The password has characters that end it in a URL.
  {
    code: 'password-unencoded',
    severity: 'error',
    *settings(file) {
      for (const { connection, url, value } of urlsOf(file)) {
        if (!url.unencoded || !url.password) continue;
        const { from, to } = url.password;
        const span = editableSpan(value, from, to);
        const text = value.text.slice(from, to);
        // Outside of ASCII, encoding each UTF-16 code unit would split characters.
        const ascii = /^[\x20-\x7e]*$/.test(text);
        yield {
          at: span ?? value,
          params: { setting: connection.setting },
          repair: ascii && encoded(text) !== text ? replace(span, encoded(text)) : [],
        };
      }
    },
    example: [
      settings(
        but(but(PASSWORD_TEXT, ':p%40ss-Vx7kQ2mLw9Rt@', ':p/ss@'), "'p@ss-Vx7kQ2mLw9Rt'", "'p/ss'"),
      ),
    ],
    nearMiss: [
      settings(
        but(
          but(PASSWORD_TEXT, ':p%40ss-Vx7kQ2mLw9Rt@', ':p%2Fss@'),
          "'p@ss-Vx7kQ2mLw9Rt'",
          "'p/ss'",
        ),
      ),
    ],
  },
  // The password is encoded where clients do not decode it.
  {
    code: 'password-encoded',
    severity: 'error',
    *settings({ connections, input }) {
      const inUrls = encodedPasswords(connections.filter(({ urls }) => urls.length > 0));
      for (const { setting, urls, password, dict, transport } of connections) {
        if (!password || !dict || !inUrls.has(password.text)) continue;
        const inDict =
          urls.length === 0 || (transport === 'sentinel' && password.raw === password.text);
        if (!inDict) continue;
        const { from, to } = password.span;
        const literal = input.text.slice(from, to).slice(1, -1) === password.text;
        const decoded = decodeURIComponent(password.text);
        yield {
          at: password.span,
          params: { setting },
          repair: literal ? replace(password.span, JSON.stringify(decoded)) : [],
        };
      }
    },
    ...pair("'p@ss-Vx7kQ2mLw9Rt'", "'p%40ss-Vx7kQ2mLw9Rt'", settings(PASSWORD_TEXT)),
  },
  // Of two passwords for one Redis, one is wrong.
  {
    code: 'passwords-differ',
    severity: 'error',
    *settings(file, files) {
      const connections = file.connections.filter(
        ({ transport }) => !['rabbitmq', 'unknown', 'memory'].includes(transport),
      );
      const accountOf = ({ host, port, socket, sentinels, user }: ClientConnection) =>
        `${user ?? ''} ${socket ?? (sentinels ? 'sentinels' : `${host}:${port}`)}`;
      const [required] = files
        .of('redis')
        .flatMap(({ redis }) => directiveValue(redis, 'requirepass') ?? []);
      const encodedTwice = encodedPasswords(connections);
      const firsts = new Map<string, ClientConnection>();
      for (const connection of connections) {
        const { setting, client, user, password, span, urls } = connection;
        const text = password?.text ?? '';
        if (urls.some((url) => url.unencoded)) continue;
        if (client !== 'celery' && password && encodedTwice.has(text)) continue;
        const first = firsts.get(accountOf(connection));
        firsts.set(accountOf(connection), first ?? connection);
        const expected = first ? (first.password?.text ?? '') : user === undefined && required;
        if (typeof expected === 'string' && text !== expected)
          yield {
            at: password?.span ?? span,
            params: { setting, other: first?.setting ?? 'requirepass' },
          };
      }
    },
    ...pair("'p@ss-Vx7kQ2mLw9Rt'", "'p@sS'", settings(PASSWORD_TEXT)),
    repairable: false,
  },
  {
    code: 'password-published',
    severity: 'error',
    settings: published,
    module: published,
    redis: published,
    sentinel: published,
    example: [settings(but(PASSWORD_TEXT, 'p%40ss-Vx7kQ2mLw9Rt', 'REDIS-PASSWORD'))],
    nearMiss: [settings(`# REDIS-PASSWORD: see the guide\n${PASSWORD_TEXT}`)],
    repairable: false,
  },
  {
    code: 'password-weak',
    severity: 'warning',
    *settings({ connections }) {
      for (const { password, setting } of connections) {
        const [problem] = password ? weak(password.span, password.text, setting) : [];
        if (!problem) continue;
        yield problem;
        return;
      }
    },
    *redis({ redis }) {
      for (const { name, arguments: words } of redis.directives) {
        const [first] = words;
        if (first && PASSWORD_DIRECTIVES.includes(name)) yield* weak(first, first.text, name);
        if (name === 'user')
          for (const word of words)
            if (word.text.startsWith('>')) yield* weak(word, word.text.slice(1), 'user');
      }
    },
    ...pair('-Vx7kQ2mLw9Rt', '', settings(PASSWORD_TEXT)),
    repairable: false,
  },
  {
    code: 'password-in-file',
    severity: 'advice',
    *settings({ connections, input }) {
      const [first] = connections.flatMap(({ password }) =>
        password && password.text !== '' && !PUBLISHED_PASSWORDS.includes(password.text)
          ? [password]
          : [],
      );
      if (first) yield { at: first.span, params: { case: input.exposed ?? '' } };
    },
    example: [settings(PASSWORD_TEXT)],
    nearMiss: [
      settings(
        but(PASSWORD_TEXT, 'p%40ss-Vx7kQ2mLw9Rt', 'REDIS-PASSWORD').replace(
          "'p@ss-Vx7kQ2mLw9Rt'",
          "'REDIS-PASSWORD'",
        ),
      ),
    ],
    repairable: false,
  },
  // Without a colon before it, clients take the password for a user's name (run: `WRONGPASS`).
  {
    code: 'password-as-user',
    severity: 'error',
    *settings(file) {
      for (const { connection, url, value } of urlsOf(file)) {
        const { scheme, user, password, unencoded } = url;
        if (!user || password || unencoded) continue;
        if (!/^(rediss?|unix|redis\+socket|sentinel)$/.test(scheme)) continue;
        const { setting, client } = connection;
        yield {
          at: editableSpan(value, user.from, user.to) ?? value,
          params: { setting, client },
          repair: replaceIn(value, user.from, user.from, ':'),
        };
      }
    },
    ...pair(':p%40ss-Vx7kQ2mLw9Rt@', 'p%40ss-Vx7kQ2mLw9Rt@', settings(PASSWORD_TEXT)),
  },
] as const satisfies readonly FindingDefinition[];
