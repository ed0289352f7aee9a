import { plain, string, type Line, type Writing } from '../code.ts';
import { ask, redisCli } from '../cli.ts';
import { NFT_PATH } from '../firewall.ts';
import { redisConf, sentinelConf, TLS_FOLDER } from '../redis.ts';
import { shell } from '../shell.ts';
import { filesOf } from '../files.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Procedure, Quote } from './procedure.ts';

/** Where the lines for Pod are, apart from those of Debian's own file. */
export const POD_CONF = '/etc/redis/pod.conf';

/** The same of a sentinel, until they are part of its file. */
const POD_SENTINEL_CONF = '/etc/redis/pod-sentinel.conf';

/** Commands for the servers that Redis runs on, which a container is not. */
function onRedis({ redis }: Deployment, ...lines: readonly Line[]): Quote[] {
  return redis.container ? [] : [{ server: 'redis', lines }];
}

/** The services of the package that an architecture needs. */
const services = ({ redis }: Deployment) =>
  redis.sentinel ? 'redis-server redis-sentinel' : 'redis-server';

/** One piece for each server that Redis runs on, the servers of sentinels being several. */
function files(
  { redis }: Deployment,
  path: string,
  lines: (at: number) => readonly Line[],
): Quote[] {
  if (redis.container) return [];
  const endpoints = redis.sentinel?.endpoints ?? [];
  return endpoints.length === 0
    ? [{ server: 'redis', path, lines: lines(0) }]
    : endpoints.map(({ host }, at) => ({ server: 'redis', host, path, lines: lines(at) }));
}

/** The firewall's file of an architecture, if it has one. */
function firewall(deployment: Deployment, writing: Writing): Quote[] {
  const rules = filesOf(deployment, writing).find(
    ({ name }) => name === 'firewall.sh' || NFT_PATH.endsWith(`/${name}`),
  );
  if (rules === undefined) return [];
  return [{ server: 'redis', path: rules.path || rules.name, lines: rules.lines }];
}

/** The way to Redis of somebody who has no account there. */
function stranger(deployment: Deployment): Line {
  const { user, ...redis } = deployment.redis;
  return redisCli(user === undefined ? deployment : { ...deployment, redis });
}

/**
 * Waits until Redis has written its append-only files: a start with `appendonly yes` reads them
 * alone (run on 7.0.15).
 *
 * @param redis the beginning of a command that asks it
 */
export function untilRewritten(redis: Line): Line[] {
  return [
    shell`while ${redis} INFO persistence | grep -E 'aof_rewrite_(in_progress|scheduled):1'; do sleep 1; done`,
  ];
}

/** How Redis is installed, as run on Debian 12 with redis-server 7.0.15. */
export const INSTALL = {
  'install.package': {
    emit: (deployment) => {
      const { redis, servers } = deployment;
      if (redis.container) return [];
      const own: Quote = {
        server: 'redis',
        lines: [
          shell`apt-get install --yes ${plain(services(deployment))}`,
          shell`redis-server --version`,
        ],
      };
      // verify.sh asks Redis from every server.
      const others = servers
        .filter(({ id }) => id !== redis.on)
        .map(({ id }): Quote => ({
          server: id,
          lines: [shell`apt-get install --yes redis-tools`],
        }));
      return [own, ...others];
    },
  },
  'install.overcommit': {
    emit: (deployment) =>
      onRedis(
        deployment,
        shell`echo 'vm.overcommit_memory = 1' >/etc/sysctl.d/60-redis.conf`,
        shell`sysctl --load=/etc/sysctl.d/60-redis.conf`,
      ),
    example: 'install.example.kernel',
  },
  'install.conf': {
    emit: (deployment, writing) =>
      files(deployment, POD_CONF, (at) => redisConf(deployment, writing, at)),
  },
  /**
   * Debian's file stays as it is but for its last line, which wins over what is before it. Sentinel
   * rewrites redis.conf itself, and so the lines become part of that.
   */
  'install.include': {
    emit: (deployment) =>
      onRedis(
        deployment,
        ...(deployment.redis.sentinel
          ? [shell`cat ${plain(POD_CONF)} >>/etc/redis/redis.conf && rm ${plain(POD_CONF)}`]
          : [
              shell`chown redis:redis ${plain(POD_CONF)} && chmod 640 ${plain(POD_CONF)}`,
              shell`grep -q pod.conf /etc/redis/redis.conf || echo ${string(`'include ${POD_CONF}'`)} >>/etc/redis/redis.conf`,
            ]),
      ),
  },
  'install.certificate': {
    emit: (deployment) =>
      deployment.redis.ca === undefined || deployment.redis.socket !== undefined
        ? []
        : onRedis(
            deployment,
            shell`install -d -o root -g redis -m 750 ${plain(TLS_FOLDER)}`,
            shell`install -o root -g redis -m 640 redis.crt redis.key ${plain(TLS_FOLDER)}`,
            shell`install -m 644 ca.crt ${plain(deployment.redis.ca, { field: 'ca' })}`,
            shell`chmod 755 ${plain(TLS_FOLDER)}`,
          ),
  },
  /** Before the first restart with `appendonly yes`, which would start from nothing. */
  'install.keep': {
    emit: (deployment) =>
      onRedis(
        deployment,
        shell`redis-cli CONFIG SET appendonly yes`,
        ...untilRewritten([plain('redis-cli')]),
      ),
  },
  'install.start': {
    emit: (deployment) =>
      onRedis(
        deployment,
        shell`systemctl enable ${plain(services(deployment))}`,
        shell`systemctl restart redis-server`,
      ),
  },
  'install.sentinel': {
    emit: (deployment, writing) =>
      deployment.redis.sentinel === undefined
        ? []
        : files(deployment, POD_SENTINEL_CONF, (at) => sentinelConf(deployment, writing, at)),
  },
  'install.sentinel.start': {
    emit: (deployment) =>
      deployment.redis.sentinel === undefined
        ? []
        : onRedis(
            deployment,
            shell`sed -i '/^sentinel monitor/d; /^bind/d; /^port/d; /^protected-mode/d' /etc/redis/sentinel.conf`,
            shell`cat ${plain(POD_SENTINEL_CONF)} >>/etc/redis/sentinel.conf && rm ${plain(POD_SENTINEL_CONF)}`,
            shell`systemctl restart redis-sentinel`,
          ),
  },
  'install.firewall': { emit: firewall },
  'install.firewall.load': {
    emit: (deployment, writing) => {
      const [rules] = firewall(deployment, writing);
      if (rules === undefined) return [];
      return onRedis(
        deployment,
        ...(rules.path === NFT_PATH
          ? [
              shell`nft -c -f ${plain(NFT_PATH)} && nft -f ${plain(NFT_PATH)}`,
              shell`grep -q nftables.d /etc/nftables.conf || echo ${string(`'include "/etc/nftables.d/*.nft"'`)} >>/etc/nftables.conf`,
              shell`systemctl enable nftables`,
            ]
          : [shell`sh firewall.sh`]),
      );
    },
  },
  'install.socket': {
    emit: (deployment) =>
      deployment.redis.socket === undefined
        ? []
        : onRedis(
            deployment,
            shell`usermod --append --groups redis ${plain(deployment.architecture.account, { field: 'account' })}`,
          ),
  },
  'install.listening': {
    emit: (deployment) =>
      onRedis(
        deployment,
        deployment.redis.socket === undefined
          ? shell`ss --listening --tcp --numeric 'sport = :${plain(String(deployment.redis.port), { field: 'port' })}'`
          : shell`ls -l ${plain(deployment.redis.socket, { field: 'socket' })}`,
      ),
  },
  'install.ping': {
    emit: (deployment) => [{ server: 'any', lines: [ask(deployment, [plain('PING')])] }],
  },
  /** Without a password: what anyone else is told. */
  'install.stranger': {
    emit: (deployment) =>
      deployment.redis.container
        ? []
        : [
            {
              server: 'any',
              lines: [shell`env -u REDISCLI_AUTH ${stranger(deployment)} PING`],
            },
          ],
  },
  'install.verify': {
    emit: ({ servers, redis }) =>
      servers
        .filter(({ id }) => !redis.container || id !== 'redis')
        .map(({ id }) => ({ server: id, lines: [shell`bash verify.sh`] })),
  },
} as const satisfies Record<string, Procedure>;
