import { plain, type Line } from '../code.ts';
import { ask } from '../cli.ts';
import { shell } from '../shell.ts';
import type { Deployment } from '../../model/deployment.ts';
import { POD_CONF } from './install.ts';
import type { Procedure, Quote } from './procedure.ts';

/** Where Debian's Valkey has its configuration. */
const CONF = '/etc/valkey/valkey.conf';

/** Where the lines for Pod are, apart from Debian's. */
const OWN = '/etc/valkey/pod.conf';

/**
 * Commands for a Redis that is one server and reached by the network without TLS, as it was run:
 * certificates and the folder of a socket belong to Redis's own account.
 */
function onPlain({ redis }: Deployment, ...lines: readonly Line[]): Quote[] {
  const other = redis.container || redis.sentinel !== undefined || redis.socket !== undefined;
  return other || redis.ca !== undefined ? [] : [{ server: 'redis', lines }];
}

/**
 * How Valkey takes the place of Redis with all that it holds, as run with redis-server 7.0.15 and
 * valkey-server 8.0.1 of Debian 12's backports: it reads the same append-only files.
 */
export const VALKEY = {
  /** The package starts Valkey at boot, on the port that Redis has. */
  'operate.valkey.package': {
    emit: (deployment) =>
      onPlain(
        deployment,
        shell`apt-get install --yes valkey-server`,
        shell`systemctl disable --now valkey-server`,
      ),
  },
  'operate.valkey.conf': {
    emit: (deployment) =>
      onPlain(
        deployment,
        shell`install -o valkey -g valkey -m 640 ${plain(POD_CONF)} ${plain(OWN)}`,
        shell`grep -q pod.conf ${plain(CONF)} || echo 'include ${plain(OWN)}' >>${plain(CONF)}`,
      ),
  },
  'operate.valkey.move': {
    emit: (deployment) =>
      onPlain(
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
      onPlain(
        deployment,
        shell`${ask(deployment, shell`INFO`)} | grep -E '^(server_name|valkey_version|db[0-9]+):'`,
      ),
  },
  'operate.valkey.back': {
    emit: (deployment) =>
      onPlain(
        deployment,
        shell`systemctl disable --now valkey-server`,
        shell`systemctl enable --now redis-server`,
      ),
  },
} as const satisfies Record<string, Procedure>;
