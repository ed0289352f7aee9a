import type { Deployment } from '../../model/deployment.ts';
import { ask } from '../cli.ts';
import { plain, type Line } from '../code.ts';
import { POD_CONF } from '../secrets.ts';
import { shell } from '../shell.ts';
import type { Procedure, Quote } from './procedure.ts';
import { onRedis } from './servers.ts';

/** The path of the configuration of Debian's Valkey. */
const CONF = '/etc/valkey/valkey.conf';

/** The path of Pod's directives, apart from Debian's. */
const POD_VALKEY_CONF = '/etc/valkey/pod.conf';

/**
 * Commands for a single Redis server on the network without TLS, as it was run: certificates and the
 * folder of a socket belong to Redis's own account.
 */
function onPlainRedis(deployment: Deployment, ...lines: readonly Line[]): Quote[] {
  const { sentinel, socket, ca } = deployment.redis;
  const other = sentinel !== undefined || socket !== undefined || ca !== undefined;
  return other ? [] : onRedis(deployment, ...lines);
}

/**
 * The move from Redis to Valkey with all data, as run with redis-server 7.0.15 and valkey-server
 * 8.0.1 of Debian 12's backports: it reads the same append-only files.
 */
export const VALKEY = {
  /** The package starts Valkey, on the port of Redis: it is stopped until Redis is. */
  'operate.valkey.package': {
    emit: (deployment) =>
      onPlainRedis(
        deployment,
        shell`apt-get install --yes valkey-server`,
        shell`systemctl disable --now valkey-server`,
      ),
  },
  'operate.valkey.conf': {
    emit: (deployment) =>
      onPlainRedis(
        deployment,
        shell`install -o valkey -g valkey -m 640 ${plain(POD_CONF)} ${plain(POD_VALKEY_CONF)}`,
        shell`grep -q pod.conf ${plain(CONF)} || echo 'include ${plain(POD_VALKEY_CONF)}' >>${plain(CONF)}`,
      ),
  },
  'operate.valkey.move': {
    emit: (deployment) =>
      onPlainRedis(
        deployment,
        shell`systemctl disable --now redis-server`,
        shell`rm -rf /var/lib/valkey/appendonlydir`,
        shell`cp -a /var/lib/redis/appendonlydir /var/lib/valkey/`,
        shell`chown -R valkey:valkey /var/lib/valkey/appendonlydir`,
        shell`systemctl enable --now valkey-server`,
      ),
  },
  'operate.valkey.check': {
    emit: (deployment) =>
      onPlainRedis(
        deployment,
        shell`${ask(deployment, shell`INFO`)} | grep -E '^(server_name|valkey_version|db[0-9]+):'`,
      ),
  },
  'operate.valkey.back': {
    emit: (deployment) =>
      onPlainRedis(
        deployment,
        shell`systemctl disable --now valkey-server`,
        shell`systemctl enable --now redis-server`,
      ),
  },
} as const satisfies Record<string, Procedure>;
