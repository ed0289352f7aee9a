import { addressKind } from './address.ts';
import { ARCHITECTURES, AUTHS, type Architecture } from './architecture.ts';
import { plan } from './deployment.ts';

/**
 * How clients get to Redis: over the network, encrypted or not, by IPv4 (or a name) or IPv6, through
 * a Unix socket, by sentinels, or in Pod's Docker set-up.
 */
const TRANSPORTS = [
  'tcp',
  'tcp6',
  'tls',
  'tls6',
  'socket',
  'sentinel',
  'sentinel6',
  'docker',
] as const;

/** See {@link TRANSPORTS}. */
export type Transport = (typeof TRANSPORTS)[number];

/** One way of connecting: how clients get there, and how they show who they are. */
export interface Connection {
  readonly transport: Transport;
  readonly auth: Architecture['auth'];
}

/** The way of connecting that an architecture has. */
export function connectionOf(architecture: Architecture): Connection {
  const { redis } = plan(architecture);
  const { socket, sentinel, container, ca, password } = redis;
  const hosts = sentinel?.endpoints.map(({ host }) => host) ?? [redis.host];
  const six = hosts.some((host) => addressKind(host) === 'ipv6') ? '6' : '';
  const network = sentinel ? 'sentinel' : ca === undefined ? 'tcp' : 'tls';
  return {
    transport: container ? 'docker' : socket === undefined ? `${network}${six}` : 'socket',
    auth: password ? architecture.auth : 'none',
  };
}

/**
 * Whether it can be: Pod's Docker set-up has no password, and with Sentinel, protected mode lets no
 * replica in without one while django-redis-sessions 0.6.2 knows no users.
 */
function possible({ transport, auth }: Connection): boolean {
  if (transport === 'docker') return auth === 'none';
  return !transport.startsWith('sentinel') || auth === 'password';
}

/** Every way of connecting that the generator offers. */
export const CONNECTIONS: readonly Connection[] = TRANSPORTS.flatMap((transport) =>
  AUTHS.map((auth) => ({ transport, auth })),
).filter(possible);

/** A case of the generator: an architecture, a way of connecting, one settings file for all or not. */
export interface Offer extends Connection {
  readonly arch: Architecture['arch'];
  readonly shared: boolean;
}

/** Every case that the generator offers; each is run on real software before the site is built. */
export const OFFERS: readonly Offer[] = ARCHITECTURES.flatMap((arch) =>
  CONNECTIONS.flatMap((connection) =>
    (arch === 'standalone' ? [false] : [false, true]).map((shared) => ({
      arch,
      ...connection,
      shared,
    })),
  ),
);

/** The case that an architecture is. */
export function offerOf(architecture: Architecture): Offer {
  const { arch, shared } = architecture;
  return { arch, ...connectionOf(architecture), shared: arch !== 'standalone' && shared };
}

/** A case in one word, the same for cases that are the same. */
export function offerName({ arch, transport, auth, shared }: Offer): string {
  return [arch, transport, auth, ...(shared ? ['shared'] : [])].join('-');
}
