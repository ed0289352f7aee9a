import { addressKind } from './address.ts';
import { ARCHITECTURES, AUTHS, type Architecture } from './architecture.ts';
import { plan } from './deployment.ts';

/**
 * The transports of Redis: the network, encrypted or not, by IPv4 (or a name) or IPv6; a Unix
 * socket; sentinels; Pod's Docker set-up.
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

/** A way of connecting: a transport and an authentication. */
export interface ConnectionWay {
  readonly transport: Transport;
  readonly auth: Architecture['auth'];
}

/** The way of connecting of an architecture. */
export function connectionWayOf(architecture: Architecture): ConnectionWay {
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
 * Whether a way of connecting exists: Pod's Docker set-up has no password, and with Sentinel, protected mode lets no
 * replica in without one while django-redis-sessions 0.6.2 knows no users.
 */
function exists({ transport, auth }: ConnectionWay): boolean {
  if (transport === 'docker') return auth === 'none';
  return !transport.startsWith('sentinel') || auth === 'password';
}

/** Every way of connecting that the generator offers. */
export const CONNECTION_WAYS: readonly ConnectionWay[] = TRANSPORTS.flatMap((transport) =>
  AUTHS.map((auth) => ({ transport, auth })),
).filter(exists);

/** A case of the generator: an architecture, a way of connecting, one settings file for all or not. */
export interface Offer extends ConnectionWay {
  readonly arch: Architecture['arch'];
  readonly shared: boolean;
}

/** Every case that the generator offers; each is run on real software before the site is built. */
export const OFFERS: readonly Offer[] = ARCHITECTURES.flatMap((arch) =>
  CONNECTION_WAYS.flatMap((way) =>
    (arch === 'standalone' ? [false] : [false, true]).map((shared) => ({
      arch,
      ...way,
      shared,
    })),
  ),
);

/** The case of an architecture. */
export function offerOf(architecture: Architecture): Offer {
  const { arch, shared } = architecture;
  return { arch, ...connectionWayOf(architecture), shared: arch !== 'standalone' && shared };
}

/** A case as one word, the same for equal cases. */
export function offerName({ arch, transport, auth, shared }: Offer): string {
  return [arch, transport, auth, ...(shared ? ['shared'] : [])].join('-');
}
