import type { Deployment } from '../../model/deployment.ts';
import { giveTo } from '../account.ts';
import { ask, redisCliWithoutUser } from '../cli.ts';
import { linesOf, plain, string, type Line, type Writing } from '../code.ts';
import { FIREWALL_KINDS, filesOf } from '../files.ts';
import { NFT_PATH } from '../firewall.ts';
import { emitRedisConf, emitSentinelConf, TLS_FOLDER } from '../redis.ts';
import { POD_CONF, REDIS_FOLDER, secretMode } from '../secrets.ts';
import { shell } from '../shell.ts';
import type { Procedure, Quote } from './procedure.ts';
import { onAny, onRedis, untilRewritten } from './servers.ts';

/** The path of Pod's directives for a sentinel, until they are appended to its own file. */
const POD_SENTINEL_CONF = '/etc/redis/pod-sentinel.conf';

/** The services of Redis that a deployment needs. */
const services = ({ redis }: Deployment) =>
  redis.sentinel ? 'redis-server redis-sentinel' : 'redis-server';

/** One quote for each server that Redis runs on; with sentinels there are several. */
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

/** The file with the firewall's rules, if there is one. */
function firewallRules(deployment: Deployment, writing: Writing): Quote[] {
  const file = filesOf(deployment, writing).find(({ kind }) => FIREWALL_KINDS.includes(kind));
  if (file === undefined) return [];
  return [{ server: 'redis', path: file.path || file.name, lines: file.lines }];
}

/** The installation of Redis, as run on Debian 12 with redis-server 7.0.15. */
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
      files(deployment, POD_CONF, (at) => linesOf(emitRedisConf(deployment, writing, at))),
  },
  /**
   * Debian's file gets one more line, at its end, which overrides what is before it. With Sentinel,
   * which rewrites redis.conf itself, the directives are appended to the file.
   */
  'install.include': {
    emit: (deployment) =>
      onRedis(
        deployment,
        ...(deployment.redis.sentinel
          ? [shell`cat ${plain(POD_CONF)} >>/etc/redis/redis.conf && rm ${plain(POD_CONF)}`]
          : [
              ...giveTo('redis', POD_CONF, secretMode(deployment, 'redis-conf')),
              shell`grep -q pod.conf /etc/redis/redis.conf || echo ${string(`'include ${POD_CONF}'`)} >>/etc/redis/redis.conf`,
            ]),
      ),
  },
  'install.certificate': {
    emit: (deployment) => {
      if (deployment.redis.ca === undefined || deployment.redis.socket !== undefined) return [];
      const ca = plain(deployment.redis.ca, { field: 'ca' });
      return onRedis(
        deployment,
        shell`install -d -o root -g redis -m 750 ${plain(TLS_FOLDER)}`,
        shell`install -o root -g redis -m 640 redis.crt redis.key ${plain(TLS_FOLDER)}`,
        // A certificate that is there already may be the system's.
        shell`test -e ${ca} || install -m 644 ca.crt ${ca}`,
        shell`chmod 755 ${plain(TLS_FOLDER)}`,
      );
    },
  },
  /** The append-only files, before the first restart with `appendonly yes` would start from nothing. */
  'install.keep': {
    emit: (deployment) =>
      onRedis(
        deployment,
        shell`redis-cli CONFIG SET appendonly yes`,
        untilRewritten([plain('redis-cli')]),
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
        : files(deployment, POD_SENTINEL_CONF, (at) =>
            linesOf(emitSentinelConf(deployment, writing, at)),
          ),
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
  'install.firewall': { emit: firewallRules },
  'install.firewall.load': {
    emit: (deployment) => {
      if (deployment.firewall === 'none') return [];
      return onRedis(
        deployment,
        ...(deployment.firewall === 'nftables'
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
            // Debian lets the group write there (run on redis-server 7.0.15).
            shell`dpkg-statoverride --force-statoverride-add --update --add redis redis 2750 ${plain(REDIS_FOLDER)}`,
            shell`usermod --append --groups redis ${plain(deployment.account, { field: 'account' })}`,
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
    emit: (deployment) => onAny(ask(deployment, [plain('PING')])),
  },
  /** The answer to anybody without a password. */
  'install.stranger': {
    emit: (deployment) =>
      deployment.redis.container
        ? []
        : onAny(shell`env -u REDISCLI_AUTH ${redisCliWithoutUser(deployment)} PING`),
  },
  'install.verify': {
    emit: ({ servers, redis }) =>
      servers
        .filter(({ id }) => !redis.container || id !== 'redis')
        .map(({ id }) => ({ server: id, lines: [shell`bash verify.sh`] })),
  },
} as const satisfies Record<string, Procedure>;
