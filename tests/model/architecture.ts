import fc from 'fast-check';
import { addressKind, urlHost } from '../../src/model/address.ts';
import { DOCKER_HOST } from '../../src/pod/limits.ts';
import type { Architecture, FieldName, TextFieldName } from '../../src/model/architecture.ts';
import { FIELDS, FIELD_NAMES } from '../../src/model/fields.ts';

const labels = fc.stringMatching(/^[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,12}[a-zA-Z0-9_])?$/);

/** Names in the syntax of DNS and Docker; the last label begins with a letter, so it is no number. */
const names = fc
  .tuple(
    fc.array(labels, { maxLength: 3 }),
    fc.stringMatching(/^[a-zA-Z](?:[a-z0-9-]{0,12}[a-z0-9])?$/),
  )
  .map(([others, last]) => [...others, last].join('.'));

/** Addresses with a special meaning. */
const special = fc.constantFrom(
  '',
  '127.0.0.1',
  '127.0.1.1',
  '::1',
  'localhost',
  'pod.localhost',
  DOCKER_HOST,
  '0.0.0.0',
  '::',
);

/** Every valid address of Redis, and the empty text. */
export const hosts = fc.oneof(
  names,
  fc.ipV4(),
  fc.ipV6().filter((text) => addressKind(text) === 'ipv6'),
  special,
);

/** `host:port` of sentinels on separate servers. */
const sentinels = fc
  .uniqueArray(fc.tuple(hosts, fc.integer({ min: 1, max: 65535 })), {
    selector: ([host]) => host.toLowerCase(),
    minLength: 3,
    maxLength: 9,
  })
  .map((all) =>
    all.map(([host, port]) => `${urlHost(host === '' ? 'redis-a' : host)}:${port}`).join(','),
  );

const single = fc.oneof(
  fc.ipV4(),
  fc.ipV6().filter((text) => addressKind(text) === 'ipv6'),
);

/** IP addresses and networks separated by commas, or the empty text. */
const networks = fc
  .uniqueArray(
    fc.oneof(
      { weight: 3, arbitrary: single },
      fc
        .tuple(single, fc.integer({ min: 1, max: 32 }))
        // The same share of both families is too wide.
        .map(([address, bits]) => `${address}/${address.includes(':') ? bits * 4 : bits}`),
    ),
    { maxLength: 4 },
  )
  .map((all) => all.join(','));

/** Absolute paths of files. */
const paths = fc
  .stringMatching(/^(\/[a-zA-Z0-9_.-]{1,10}){1,4}$/)
  .filter((path) => !path.split('/').some((part) => part === '.' || part === '..'));

const users = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,40}$/).filter((name) => name !== 'default');

/** How each field that is a text is made. */
const TEXT_FIELDS: Readonly<Record<TextFieldName, fc.Arbitrary<string>>> = {
  host: hosts,
  socket: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, paths),
  sentinels: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, sentinels),
  master: fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?$/),
  user: users,
  ca: paths,
  'from.web': networks,
  'from.workers': networks,
  'from.cron': networks,
  'from.transcription': networks,
  'from.xapi': networks,
  project: paths,
  venv: paths,
  'venv.encode': paths,
  account: fc.stringMatching(/^[a-z_][a-z0-9_-]{0,31}$/),
  logs: paths,
  pids: paths,
  results: paths.map((path) => `${path}/celery`),
  prefix: fc.stringMatching(/^[a-zA-Z0-9_.-]{0,40}$/),
};

/** Every valid value of a field: a text, one of a choice, a number between its bounds, or a flag. */
function valuesOf(name: FieldName): fc.Arbitrary<Architecture[FieldName]> {
  if (name in TEXT_FIELDS) return TEXT_FIELDS[name as TextFieldName];
  const { values, range } = FIELDS[name];
  if (values) return fc.constantFrom(...values);
  return range ? fc.integer({ min: range[0], max: range[1] }) : fc.boolean();
}

/** Every architecture whose fields are valid one by one; some are wrong as a whole. */
export const architectures = fc.record(
  Object.fromEntries(FIELD_NAMES.map((name) => [name, valuesOf(name)])),
) as fc.Arbitrary<unknown> as fc.Arbitrary<Architecture>;

const fiveNumbers = fc.shuffledSubarray(
  Array.from({ length: 16 }, (_, number) => number),
  { minLength: 5, maxLength: 5 },
);

/** The same with a different number for each database. */
export const distinctArchitectures: fc.Arbitrary<Architecture> = fc
  .tuple(architectures, fiveNumbers)
  .map(([architecture, [select2, standard, sessions, encoding, xapi]]) => ({
    ...architecture,
    'db.select2': select2 ?? 0,
    'db.default': standard ?? 0,
    'db.sessions': sessions ?? 0,
    'db.encoding': encoding ?? 0,
    'db.xapi': xapi ?? 0,
  }));

/** Passwords: any text in one line, with many characters that URLs, Python, shells and redis.conf escape. */
export const passwords: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.string({ unit: fc.constantFrom(...`@:/?#[]%+&;,='"\\ !()*\`$~é€😀a1\t`), minLength: 1 }),
  )
  .filter((password) => !/[\r\n\0]/.test(password));
