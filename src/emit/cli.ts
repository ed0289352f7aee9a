import type { Endpoint } from '../model/address.ts';
import type { Deployment } from '../model/deployment.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import { REDIS_PORT } from '../pod/limits.ts';
import { aclUserName } from './acl.ts';
import { plain, string, type Line, type Token } from './code.ts';
import { endpointToken, hostToken } from './connection.ts';
import { shellString } from './escape.ts';
import { shell } from './shell.ts';

/** The placeholder for the name of the container that Redis runs in. */
const CONTAINER_PLACEHOLDER = 'REDIS-CONTAINER';

/** A text as one word of a shell, without quotes where it needs none. */
const word = (text: string): string => (/^[\w.:/-]+$/.test(text) ? text : shellString(text));

/** The options of redis-cli for TLS, where Redis and its sentinels speak it. */
function tlsOptions({ redis: { ca, socket } }: Deployment): Token[] {
  if (ca === undefined || socket !== undefined) return [];
  return [plain(' --tls --cacert '), plain(word(ca), { field: 'ca' })];
}

/** The option of redis-cli for the administrator, where Redis has users. */
function adminOption(deployment: Deployment): Token[] {
  return deployment.redis.user === undefined
    ? []
    : [plain(' --user '), plain(aclUserName(deployment, 'admin'), { field: 'user' })];
}

/**
 * The question to a sentinel for the address of the master, in two lines: its host, its port.
 *
 * @param password whether the sentinel asks for the password, that of `REDISCLI_AUTH`; one that asks for none would
 *   refuse it
 */
export function askSentinel(
  deployment: Deployment,
  password: boolean,
  { host, port }: Endpoint,
): Line {
  const master = plain(deployment.redis.sentinel?.master ?? '', { field: 'master' });
  const access = password ? [] : shell`env -u REDISCLI_AUTH `;
  return shell`${access}redis-cli -h ${endpointToken(host)} -p ${plain(String(port), { field: 'sentinels' })}${tlsOptions(deployment)}${password ? adminOption(deployment) : []} SENTINEL get-master-addr-by-name ${master}`;
}

/**
 * The beginning of a command for Redis: `redis-cli` with the options to reach it, from any server
 * that may. The password is not in it: the shell's function of this name, which the procedure `cli.access` makes,
 * hands it over. With sentinels the master is in the variable `master`, of the same procedure. Where Redis has users, it is the
 * administrator: Pod's users may not use `CONFIG`, `ACL`, `KEYS`…
 *
 * @param database the database to select; 0 where none is named
 */
export function redisCli(deployment: Deployment, database?: DatabaseRole): Token[] {
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
            ...(redis.port === REDIS_PORT
              ? []
              : option('-p', plain(String(redis.port), { field: 'port' }))),
          ]
        : option('-s', plain(word(redis.socket), { field: 'socket' }))),
    ...tlsOptions(deployment),
    ...adminOption(deployment),
    ...(database === undefined
      ? []
      : option('-n', plain(String(deployment.databaseNumbers[database]), { database }))),
  ];
}

/** The beginning of a redis-cli command without a user. */
export function redisCliWithoutUser(deployment: Deployment): Token[] {
  const { user, ...redis } = deployment.redis;
  return redisCli(user === undefined ? deployment : { ...deployment, redis });
}

/** A line that sends Redis one command; see {@link redisCli} for the parameters. */
export function ask(deployment: Deployment, question: Line, database?: DatabaseRole): Line {
  return shell`${redisCli(deployment, database)} ${question}`;
}
