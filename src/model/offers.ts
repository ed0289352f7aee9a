import { addressKind } from './address.ts';
import { ARCHITECTURES, AUTHS, SESSION_STORES, type Architecture } from './architecture.ts';
import { plan } from './deployment.ts';

/**
 * The transports of Redis: the network, encrypted or not, by IPv4 (or a name) or IPv6, to one server or
 * to those that sentinels watch over; a Unix socket; Pod's Docker set-up.
 */
const TRANSPORTS = [
  'tcp',
  'tcp6',
  'tls',
  'tls6',
  'socket',
  'sentinel',
  'sentinel6',
  'sentinel-tls',
  'sentinel-tls6',
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
  const network = sentinel
    ? (`sentinel${ca === undefined ? '' : '-tls'}` as const)
    : ca === undefined
      ? 'tcp'
      : 'tls';
  return {
    transport: container ? 'docker' : socket === undefined ? `${network}${six}` : 'socket',
    auth: password ? architecture.auth : 'none',
  };
}

/**
 * Whether a way of connecting exists: Pod's Docker set-up has no password, and with Sentinel, protected
 * mode lets no replica in without one.
 */
function exists({ transport, auth }: ConnectionWay): boolean {
  if (transport === 'docker') return auth === 'none';
  return !transport.startsWith('sentinel') || auth !== 'none';
}

/** Where sessions are kept with a way of connecting, unless another place is chosen. */
function usualSessions({ transport, auth }: ConnectionWay): Architecture['sessions'] {
  const beyond = transport.startsWith('sentinel-tls') || auth === 'acl';
  return transport.startsWith('sentinel') && beyond ? 'cache' : 'redis';
}

/** Every way of connecting that the generator offers. */
export const CONNECTION_WAYS: readonly ConnectionWay[] = TRANSPORTS.flatMap((transport) =>
  AUTHS.map((auth) => ({ transport, auth })),
).filter(exists);

/**
 * A case of the generator: an architecture, a way of connecting, where sessions are kept, one settings
 * file for all or not.
 */
export interface Offer extends ConnectionWay {
  readonly arch: Architecture['arch'];
  readonly shared: boolean;
  readonly sessions: Architecture['sessions'];
}

/** Whether an architecture has servers of several kinds, which may share one settings file. */
const sharesSettings = (arch: Architecture['arch']): boolean =>
  arch === 'celery' || arch === 'microservices';

/**
 * Every case that the generator offers; each is run on real software before the site is built. Only web
 * servers keep sessions, the same in all architectures: each place of sessions is run with each way of
 * connecting in one of them.
 */
export const OFFERS: readonly Offer[] = [
  ...ARCHITECTURES.flatMap((arch) =>
    CONNECTION_WAYS.flatMap((way) =>
      (sharesSettings(arch) ? [false, true] : [false]).map((shared) => ({
        arch,
        ...way,
        shared,
        sessions: usualSessions(way),
      })),
    ),
  ),
  ...CONNECTION_WAYS.flatMap((way) =>
    SESSION_STORES.filter(
      (sessions) => sessions !== 'redis' && sessions !== usualSessions(way),
    ).map((sessions) => ({ arch: 'standalone' as const, ...way, shared: false, sessions })),
  ),
];

/** The case of an architecture. */
export function offerOf(architecture: Architecture): Offer {
  const { arch, shared } = architecture;
  const way = connectionWayOf(architecture);
  return {
    arch,
    ...way,
    shared: shared && sharesSettings(arch),
    sessions: arch === 'standalone' ? plan(architecture).sessions : usualSessions(way),
  };
}

/** A case as one word, the same for equal cases. */
export function offerName(offer: Offer): string {
  const { arch, transport, auth, shared, sessions } = offer;
  const other = sessions !== usualSessions(offer);
  return [arch, transport, auth, ...(other ? [sessions] : []), ...(shared ? ['shared'] : [])].join(
    '-',
  );
}
