import fc from 'fast-check';
import { addressKind, urlHost } from '../../src/model/address.ts';
import { DOCKER_HOST } from '../../src/pod/limits.ts';
import {
  ARCHITECTURES,
  AUTHS,
  FIREWALLS,
  REDIS_PLACES,
  SERVICES,
  type Architecture,
} from '../../src/model/architecture.ts';

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
        .map(([address, bits]) => `${address}/${bits}`),
    ),
    { maxLength: 4 },
  )
  .map((all) => all.join(','));

/** Absolute paths of files. */
const paths = fc
  .stringMatching(/^(\/[a-zA-Z0-9_.-]{1,10}){1,4}$/)
  .filter((path) => !path.split('/').some((part) => part === '.' || part === '..'));

const users = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,40}$/).filter((name) => name !== 'default');

const numbers = fc.integer({ min: 0, max: 15 });

/** Every architecture whose fields are valid one by one; some are wrong as a whole. */
export const architectures: fc.Arbitrary<Architecture> = fc.record({
  arch: fc.constantFrom(...ARCHITECTURES),
  web: fc.integer({ min: 1, max: 20 }),
  workers: fc.integer({ min: 0, max: 50 }),
  transcription: fc.boolean(),
  xapi: fc.boolean(),
  redis: fc.constantFrom(...REDIS_PLACES),
  host: hosts,
  port: fc.integer({ min: 1, max: 65535 }),
  socket: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, paths),
  sentinels: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, sentinels),
  master: fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?$/),
  memory: fc.integer({ min: 64, max: 1048576 }),
  auth: fc.constantFrom(...AUTHS),
  user: users,
  tls: fc.boolean(),
  ca: paths,
  firewall: fc.constantFrom(...FIREWALLS),
  'from.web': networks,
  'from.workers': networks,
  'from.transcription': networks,
  'from.xapi': networks,
  service: fc.constantFrom(...SERVICES),
  project: paths,
  venv: paths,
  account: fc.stringMatching(/^[a-z_][a-z0-9_-]{0,31}$/),
  logs: paths,
  pids: paths,
  shared: fc.boolean(),
  prefix: fc.stringMatching(/^[a-zA-Z0-9_.-]{0,40}$/),
  hours: fc.integer({ min: 1, max: 240 }),
  comments: fc.boolean(),
  'db.select2': numbers,
  'db.default': numbers,
  'db.sessions': numbers,
  'db.encoding': numbers,
  'db.xapi': numbers,
});

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
