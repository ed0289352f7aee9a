import { plain, string, type Line, type Token } from './code.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import type { Deployment } from '../model/deployment.ts';
import { shellString } from './quote.ts';
import { databaseNumber, hostToken } from './connection.ts';
import { shell } from './shell.ts';

/** Stands for the name of the container that Redis runs in. */
const CONTAINER_PLACEHOLDER = 'REDIS-CONTAINER';

/** Stands for the ACL user who may administer Redis, which Pod's own may not. */
const ADMIN_PLACEHOLDER = 'REDIS-ADMIN';

/** Who asks: Pod's own user is refused `CONFIG`, `ACL`, `KEYS` and the like where there is one. */
export type Asker = 'pod' | 'admin';

/** A value that a shell needs no quotes for stays as it is. */
const word = (text: string): string => (/^[\w.:/-]+$/.test(text) ? text : shellString(text));

/**
 * The beginning of a command that asks Redis: `redis-cli` and how to reach it, from any server that
 * may. The password is not in it: redis-cli takes it from `REDISCLI_AUTH`. With sentinels the
 * master is in the variable `master`. Both are set by the procedure `cli.access`.
 *
 * @param database the database to ask in; database 0 where none is named
 * @param as who asks; it matters only where Pod has an ACL user
 */
export function redisCli(
  deployment: Deployment,
  database?: DatabaseRole,
  as: Asker = 'pod',
): Token[] {
  const { redis } = deployment;
  const option = (name: string, ...value: Line): Token[] => [plain(` ${name} `), ...value];
  const network =
    redis.sentinel === undefined
      ? redis.host === '127.0.0.1'
        ? []
        : option('-h', hostToken(deployment, word(redis.host), plain))
      : option('-h', string('"$master"', { field: 'sentinels' }));
  return [
    ...(redis.container
      ? [
          plain('docker exec '),
          { ...plain(CONTAINER_PLACEHOLDER, { server: 'redis' }), placeholder: true },
          plain(' '),
        ]
      : []),
    plain('redis-cli'),
    ...(redis.container
      ? []
      : redis.socket === undefined
        ? [
            ...network,
            ...(redis.port === 6379
              ? []
              : option('-p', plain(String(redis.port), { field: 'port' }))),
          ]
        : option('-s', plain(word(redis.socket), { field: 'socket' }))),
    ...(redis.ca === undefined || redis.socket !== undefined
      ? []
      : option('--tls --cacert', plain(word(redis.ca), { field: 'ca' }))),
    ...(redis.user === undefined
      ? []
      : option(
          '--user',
          as === 'pod'
            ? plain(redis.user, { field: 'user' })
            : { ...plain(ADMIN_PLACEHOLDER, { field: 'user' }), placeholder: true },
        )),
    ...(database === undefined
      ? []
      : option('-n', plain(String(databaseNumber(deployment, database)), { database }))),
  ];
}

/** A line that asks Redis one thing; see {@link redisCli}. */
export function ask(
  deployment: Deployment,
  question: Line,
  database?: DatabaseRole,
  as?: Asker,
): Line {
  return shell`${redisCli(deployment, database, as)} ${question}`;
}
