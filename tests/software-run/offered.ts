import type { IssueCode } from '../../src/model/issues.ts';
import type { Offer, Transport } from '../../src/model/offers.ts';
import type { Choices } from './deployed.ts';
import { canListen, inOwnNetwork, type Finally } from './processes.ts';

/** The addresses of three servers that are this machine. */
export const SENTINELS = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const SENTINELS6 = ['fd00::1', 'fd00::2', 'fd00::3'];

/** The choices by which this machine is reached. */
export const TRANSPORTS: Readonly<Record<Transport, Choices>> = {
  tcp: { host: '127.0.0.1' },
  tcp6: { host: '::1' },
  tls: { host: '127.0.0.1', tls: true },
  tls6: { host: '::1', tls: true },
  // A socket joins programs of one machine alone.
  socket: { socket: 'redis.sock', workers: 0 },
  sentinel: { sentinelHosts: SENTINELS },
  sentinel6: { sentinelHosts: SENTINELS6 },
  'sentinel-tls': { sentinelHosts: SENTINELS, tls: true },
  'sentinel-tls6': { sentinelHosts: SENTINELS6, tls: true },
  docker: { redis: 'docker', host: '127.0.0.1', workers: 0 },
};

/** Errors that an architecture has because all its servers are this machine, with files in /tmp. */
export const OF_ONE_MACHINE: readonly IssueCode[] = [
  'account.root',
  'host.loopback',
  'host.container',
  'sentinels.loopback',
  'path.open',
];

/** Why a case cannot be run here; Linux and root make separate networks. */
export async function impossible({ transport }: Offer): Promise<string | undefined> {
  if (process.platform !== 'linux' && transport.startsWith('sentinel'))
    return 'only Linux has all of 127.0.0.0/8';
  if (!transport.endsWith('6') || process.getuid?.() === 0) return undefined;
  if (transport.startsWith('sentinel'))
    return 'only root gives several IPv6 addresses to one machine';
  return (await canListen('::1')) ? undefined : 'this machine has no IPv6';
}

/** Runs an offer; one with IPv6 in a separate network, because the machine may have no IPv6. */
export function inItsNetwork<T>(
  { transport }: Offer,
  atEnd: Finally,
  act: () => Promise<T>,
): Promise<T> {
  const own = transport.endsWith('6') && process.getuid?.() === 0;
  return own ? inOwnNetwork(SENTINELS6, atEnd, act) : act();
}
