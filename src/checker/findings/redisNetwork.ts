import { addressKind, isLoopback, urlHost } from '../../model/address.ts';
import { DOCKER_HOST, REDIS_PORT } from '../../pod/limits.ts';
import type { FileSet } from '../fileSet.ts';
import type { FindingDefinition } from '../finding.ts';
import type { ClientConnection } from '../read/clientConnections.ts';
import type { SettingsFile } from '../read/files.ts';
import { directive, directiveValue, isAclFile, type RedisFile } from '../read/redisFile.ts';
import type { Edit } from '../repair/edits.ts';
import {
  but,
  conf,
  CONF_TEXT,
  pair,
  PASSWORD_TEXT,
  settings,
  SETTINGS_TEXT,
} from './exampleFiles.ts';

/** A client that connects where Redis does not listen, or with TLS where Redis has none. */
interface ClientElsewhere {
  readonly connection: ClientConnection;
  /** The address that the client uses. */
  readonly place: string;
  /** The port; left out for a socket. */
  readonly port?: number;
  /** Redis listens on the port, but encrypts where the client does not, or the reverse. */
  readonly encryptsOther: boolean;
}

/** The clients that the one redis.conf beside a settings file does not serve. */
export function* clientsElsewhere(file: SettingsFile, files: FileSet): Generator<ClientElsewhere> {
  const [only, ...more] = files.of('redis').filter(({ redis }) => !isAclFile(redis));
  const direct = file.connections.filter(({ transport }) =>
    ['tcp', 'tls', 'socket'].includes(transport),
  );
  const hosts = new Set(direct.flatMap(({ host }) => host?.toLowerCase() ?? []));
  // Of several Redis servers, the files do not say which one a client uses.
  if (!only || more.length > 0 || hosts.size > 1) return;
  const { redis } = only;
  if (directive(redis, 'include')) return;
  const plain = Number(directiveValue(redis, 'port') ?? REDIS_PORT);
  const encrypted = Number(directiveValue(redis, 'tls-port') ?? 0);
  for (const connection of direct) {
    const { transport, host, port, socket, urls } = connection;
    if (urls.some((url) => url.unencoded)) continue;
    if (transport === 'socket') {
      if (socket !== undefined && socket !== directiveValue(redis, 'unixsocket'))
        yield { connection, place: socket.slice(0, 100), encryptsOther: false };
      continue;
    }
    if (host === undefined || port === undefined) continue;
    if (port !== (transport === 'tls' ? encrypted : plain))
      yield {
        connection,
        place: `${urlHost(host)}:${port}`,
        port,
        encryptsOther: port === plain || port === encrypted,
      };
  }
}

/** The addresses of `bind`, without the dash by which Redis may do without one. */
function boundAddresses(redis: RedisFile): string[] | undefined {
  return directive(redis, 'bind')?.arguments.map(({ text }) => text.replace(/^-/, ''));
}

/** Whether Redis listens on a port at all, as opposed to a socket only. */
function listens(redis: RedisFile): boolean {
  return directiveValue(redis, 'port') !== '0' || directive(redis, 'tls-port') !== undefined;
}

/** Whether Redis listens beyond its own server and asks for no password. */
function isUnguarded(redis: RedisFile): boolean {
  const beyond = boundAddresses(redis)?.some((address) => !isLoopback(address)) ?? true;
  const guardedUser = redis.directives.some(
    ({ name, arguments: [user, ...rules] }) =>
      name === 'user' &&
      user?.text === 'default' &&
      rules.some(({ text }) => text === 'off' || /^[>#]/.test(text)),
  );
  const guarded =
    guardedUser ||
    (directiveValue(redis, 'requirepass') ?? '') !== '' ||
    ['aclfile', 'include'].some((name) => directive(redis, name));
  return listens(redis) && beyond && !guarded;
}

/** Whether protected mode is off. */
function isUnprotected(redis: RedisFile): boolean {
  return directiveValue(redis, 'protected-mode')?.toLowerCase() === 'no';
}

/** The addresses on which Redis listens, and the clients that it lets in. */
export const redisNetwork = [
  {
    code: 'redis-port',
    severity: 'error',
    *settings(file, files) {
      for (const { connection, place, encryptsOther } of clientsElsewhere(file, files))
        if (!encryptsOther)
          yield { at: connection.span, params: { setting: connection.setting, place } };
    },
    example: [
      settings(SETTINGS_TEXT),
      conf(but(CONF_TEXT, 'requirepass "Vx7kQ2mLw9RtBn4s"', 'port 6380')),
    ],
    nearMiss: [
      settings(SETTINGS_TEXT),
      conf(but(CONF_TEXT, 'requirepass "Vx7kQ2mLw9RtBn4s"', 'port 6379')),
    ],
    repairable: false,
  },
  {
    code: 'redis-protected',
    severity: 'error',
    *redis({ redis }) {
      const bind = directive(redis, 'bind');
      if (bind && isUnguarded(redis) && !isUnprotected(redis)) yield { at: bind };
    },
    ...pair('requirepass "Vx7kQ2mLw9RtBn4s"\n', '', conf(CONF_TEXT)),
    repairable: false,
  },
  {
    code: 'redis-open',
    severity: 'error',
    *redis({ redis }) {
      const mode = directive(redis, 'protected-mode');
      if (mode && isUnguarded(redis) && isUnprotected(redis)) yield { at: mode };
    },
    example: [
      conf(
        but(
          but(CONF_TEXT, 'requirepass "Vx7kQ2mLw9RtBn4s"\n', ''),
          'protected-mode yes',
          'protected-mode no',
        ),
      ),
    ],
    nearMiss: [conf(but(CONF_TEXT, 'protected-mode yes', 'protected-mode no'))],
    repairable: false,
  },
  {
    code: 'redis-bind',
    severity: 'error',
    *redis({ redis }, files) {
      const bind = directive(redis, 'bind');
      const [remote] = files.connections.flatMap(({ host, transport }) =>
        host !== undefined &&
        (transport === 'tcp' || transport === 'tls') &&
        !isLoopback(host) &&
        host.toLowerCase() !== DOCKER_HOST
          ? [host]
          : [],
      );
      if (!bind || !listens(redis) || !boundAddresses(redis)?.every(isLoopback)) return;
      if (remote === undefined && !files.severalServers) return;
      const host = remote ?? '';
      const literal = ['ipv4', 'ipv6'].includes(addressKind(host));
      const repair: Edit[] = [{ from: bind.to, to: bind.to, insert: ` ${host}` }];
      yield { at: bind, params: { host }, repair: literal ? repair : [] };
    },
    example: [
      settings(PASSWORD_TEXT),
      conf(but(but(CONF_TEXT, ' 10.0.0.9', ''), 'Vx7kQ2mLw9RtBn4s', 'p@ss-Vx7kQ2mLw9Rt')),
    ],
    nearMiss: [
      settings(PASSWORD_TEXT),
      conf(but(CONF_TEXT, 'Vx7kQ2mLw9RtBn4s', 'p@ss-Vx7kQ2mLw9Rt')),
    ],
  },
] as const satisfies readonly FindingDefinition[];
