import type { Architecture, FieldName } from './architecture.ts';
import { SENTINEL_EXAMPLE, type Default, type ValueType } from './settings.ts';

/** The command that changes a value while its server runs; `restart` where there is none. */
export type Live =
  | 'CONFIG SET'
  | 'ACL SETUSER'
  | 'REPLICAOF'
  | 'SENTINEL SET'
  | 'SENTINEL CONFIG SET'
  | 'SENTINEL MONITOR'
  | 'restart';

/** A directive in the reference. */
export interface DirectiveReference {
  readonly type: ValueType;
  /** The default of Redis 7.0.15; not there where the directive has none. */
  readonly default?: Default;
  /** The value in the file of Debian 12's package, where it differs. */
  readonly debian?: string;
  /** The command that changes it without a restart, as tried on Redis 7.0.15. */
  readonly live: Live;
  /** The fields of the form that its value comes from. */
  readonly fields: readonly FieldName[];
  /** The first release of Redis with it (its release notes). */
  readonly since?: string;
  /** Further reading: `page#anchor`, or the id of another directive. */
  readonly see: readonly string[];
  /** Choices of an architecture with it, for readers whose own has none. */
  readonly example?: Partial<Architecture>;
}

const redis = (...value: string[]): Default => ({ of: 'redis', value });

const TLS = { tls: true, host: '192.0.2.10', redis: 'dedicated' } as const;
const ACL = { auth: 'acl' } as const;
/** Sentinels with everything that sessions in Django's cache let them have. */
const ENCRYPTED_SENTINELS = { ...SENTINEL_EXAMPLE, tls: true, auth: 'acl' } as const;
const SOCKET = { socket: '/run/redis/redis.sock' } as const;
/** Every directive of a generated redis.conf, in its order. */
export const REDIS_DIRECTIVES = {
  bind: {
    type: 'addresses',
    default: redis('* -::*'),
    debian: '127.0.0.1 -::1',
    live: 'CONFIG SET',
    fields: ['host', 'sentinels'],
    see: ['understand#addresses', 'troubleshoot#refused', 'redis-protected-mode'],
  },
  port: {
    type: 'number',
    default: redis('6379'),
    live: 'CONFIG SET',
    fields: ['port', 'tls', 'socket'],
    see: ['redis-bind', 'redis-tls-port'],
  },
  unixsocket: {
    type: 'path',
    default: redis(),
    live: 'restart',
    fields: ['socket'],
    see: ['server#tls'],
    example: SOCKET,
  },
  unixsocketperm: {
    type: 'rights',
    default: redis('0'),
    live: 'restart',
    fields: ['socket'],
    see: ['server#tls', 'redis-unixsocket'],
    example: SOCKET,
  },
  'tls-port': {
    type: 'number',
    default: redis('0'),
    live: 'CONFIG SET',
    fields: ['port', 'tls'],
    since: '6.0',
    see: ['server#tls', 'troubleshoot#tls-missing'],
    example: TLS,
  },
  'tls-cert-file': {
    type: 'path',
    default: redis(),
    live: 'CONFIG SET',
    fields: ['tls'],
    since: '6.0',
    see: ['server#tls'],
    example: TLS,
  },
  'tls-key-file': {
    type: 'path',
    default: redis(),
    live: 'CONFIG SET',
    fields: ['tls'],
    since: '6.0',
    see: ['server#tls'],
    example: TLS,
  },
  'tls-ca-cert-file': {
    type: 'path',
    default: redis(),
    live: 'CONFIG SET',
    fields: ['ca'],
    since: '6.0',
    see: ['server#tls', 'troubleshoot#tls-authority'],
    example: TLS,
  },
  'tls-auth-clients': {
    type: 'yesno',
    default: redis('yes'),
    live: 'CONFIG SET',
    fields: ['tls'],
    since: '6.0',
    see: ['server#tls'],
    example: TLS,
  },
  'protected-mode': {
    type: 'yesno',
    default: redis('yes'),
    live: 'CONFIG SET',
    fields: [],
    since: '3.2',
    see: ['server#password', 'troubleshoot#protected-mode'],
  },
  requirepass: {
    type: 'text',
    default: redis(),
    live: 'CONFIG SET',
    fields: ['auth'],
    see: ['server#password', 'operate#password', 'troubleshoot#noauth'],
  },
  user: {
    type: 'acl',
    live: 'ACL SETUSER',
    fields: ['auth', 'user', 'sentinels', 'arch', 'xapi', 'db.encoding', 'db.xapi', 'prefix'],
    since: '6.0',
    see: ['server#password', 'troubleshoot#acl-channels'],
    example: ACL,
  },
  'replica-announce-ip': {
    type: 'address',
    default: redis(),
    live: 'CONFIG SET',
    fields: ['sentinels'],
    since: '5.0',
    see: ['server#sentinel'],
    example: SENTINEL_EXAMPLE,
  },
  'tls-replication': {
    type: 'yesno',
    default: redis('no'),
    live: 'CONFIG SET',
    fields: ['tls', 'sentinels'],
    since: '6.0',
    see: ['server#sentinel', 'redis-tls-port'],
    example: ENCRYPTED_SENTINELS,
  },
  masterauth: {
    type: 'text',
    default: redis(),
    live: 'CONFIG SET',
    fields: ['sentinels'],
    see: ['server#sentinel', 'redis-requirepass'],
    example: SENTINEL_EXAMPLE,
  },
  masteruser: {
    type: 'user',
    default: redis(),
    live: 'CONFIG SET',
    fields: ['sentinels', 'user'],
    since: '6.0',
    see: ['server#sentinel', 'redis-user', 'redis-masterauth'],
    example: ENCRYPTED_SENTINELS,
  },
  replicaof: {
    type: 'address',
    default: redis(),
    live: 'REPLICAOF',
    fields: ['sentinels', 'port'],
    since: '5.0',
    see: ['server#sentinel', 'grow#redis'],
    example: SENTINEL_EXAMPLE,
  },
  appendonly: {
    type: 'yesno',
    default: redis('no'),
    live: 'CONFIG SET',
    fields: [],
    see: ['server#persistence', 'operate#restore'],
  },
  maxmemory: {
    type: 'size',
    default: redis('0'),
    live: 'CONFIG SET',
    fields: ['memory'],
    see: ['server#memory', 'sizing#sites', 'troubleshoot#out-of-memory'],
  },
  'maxmemory-policy': {
    type: 'policy',
    default: redis('noeviction'),
    live: 'CONFIG SET',
    fields: [],
    see: ['server#memory', 'troubleshoot#queue-lost'],
  },
} as const satisfies Record<string, DirectiveReference>;

/** Every directive of a generated sentinel.conf, without the word `sentinel` that begins most. */
export const SENTINEL_DIRECTIVES = {
  bind: {
    type: 'addresses',
    default: redis('* -::*'),
    live: 'restart',
    fields: ['sentinels'],
    see: ['server#sentinel'],
  },
  port: {
    type: 'number',
    default: redis('26379'),
    live: 'restart',
    fields: ['sentinels', 'tls'],
    see: ['server#firewall'],
  },
  'tls-port': {
    type: 'number',
    default: redis('0'),
    live: 'restart',
    fields: ['sentinels', 'tls'],
    since: '6.0',
    see: ['redis-tls-port'],
    example: ENCRYPTED_SENTINELS,
  },
  'tls-cert-file': {
    type: 'path',
    default: redis(),
    live: 'restart',
    fields: ['tls'],
    since: '6.0',
    see: ['redis-tls-cert-file'],
    example: ENCRYPTED_SENTINELS,
  },
  'tls-key-file': {
    type: 'path',
    default: redis(),
    live: 'restart',
    fields: ['tls'],
    since: '6.0',
    see: ['redis-tls-key-file'],
    example: ENCRYPTED_SENTINELS,
  },
  'tls-ca-cert-file': {
    type: 'path',
    default: redis(),
    live: 'restart',
    fields: ['ca'],
    since: '6.0',
    see: ['redis-tls-ca-cert-file'],
    example: ENCRYPTED_SENTINELS,
  },
  'tls-auth-clients': {
    type: 'yesno',
    default: redis('yes'),
    live: 'restart',
    fields: ['tls'],
    since: '6.0',
    see: ['redis-tls-auth-clients'],
    example: ENCRYPTED_SENTINELS,
  },
  'tls-replication': {
    type: 'yesno',
    default: redis('no'),
    live: 'restart',
    fields: ['tls', 'sentinels'],
    since: '6.0',
    see: ['redis-tls-replication'],
    example: ENCRYPTED_SENTINELS,
  },
  requirepass: {
    type: 'text',
    default: redis(),
    live: 'restart',
    fields: ['auth', 'sessions'],
    see: ['redis-requirepass', 'server#sentinel'],
    example: { ...SENTINEL_EXAMPLE, sessions: 'cache' },
  },
  user: {
    type: 'acl',
    live: 'ACL SETUSER',
    fields: ['auth', 'user', 'arch'],
    since: '6.2',
    see: ['redis-user', 'server#sentinel'],
    example: ENCRYPTED_SENTINELS,
  },
  'sentinel-user': {
    type: 'user',
    default: redis(),
    live: 'SENTINEL CONFIG SET',
    fields: ['user'],
    since: '6.2',
    see: ['sentinel-user'],
    example: ENCRYPTED_SENTINELS,
  },
  'sentinel-pass': {
    type: 'text',
    default: redis(),
    live: 'SENTINEL CONFIG SET',
    fields: ['auth'],
    since: '6.2',
    see: ['sentinel-user'],
    example: ENCRYPTED_SENTINELS,
  },
  'protected-mode': {
    type: 'yesno',
    default: redis('no'),
    live: 'restart',
    fields: ['sessions'],
    see: ['server#firewall'],
  },
  'resolve-hostnames': {
    type: 'yesno',
    default: redis('no'),
    live: 'SENTINEL CONFIG SET',
    fields: ['sentinels'],
    since: '6.2',
    see: ['sentinel-announce-hostnames'],
  },
  'announce-hostnames': {
    type: 'yesno',
    default: redis('no'),
    live: 'SENTINEL CONFIG SET',
    fields: ['sentinels'],
    since: '6.2',
    see: ['sentinel-resolve-hostnames'],
  },
  'announce-ip': {
    type: 'address',
    default: redis(),
    live: 'SENTINEL CONFIG SET',
    fields: ['sentinels'],
    see: ['redis-replica-announce-ip'],
  },
  monitor: {
    type: 'address',
    live: 'SENTINEL MONITOR',
    fields: ['sentinels', 'master', 'port'],
    see: ['server#sentinel', 'troubleshoot#sentinel-no-master'],
  },
  'auth-user': {
    type: 'user',
    live: 'SENTINEL SET',
    fields: ['user', 'master'],
    since: '6.2',
    see: ['redis-user', 'redis-masteruser'],
    example: ENCRYPTED_SENTINELS,
  },
  'auth-pass': {
    type: 'text',
    live: 'SENTINEL SET',
    fields: ['master'],
    see: ['redis-requirepass', 'redis-masterauth'],
  },
  'down-after-milliseconds': {
    type: 'milliseconds',
    default: redis('30000'),
    live: 'SENTINEL SET',
    fields: ['master'],
    see: ['proven#failover'],
  },
  'failover-timeout': {
    type: 'milliseconds',
    default: redis('180000'),
    live: 'SENTINEL SET',
    fields: ['master'],
    see: ['proven#failover'],
  },
  'parallel-syncs': {
    type: 'number',
    default: redis('1'),
    live: 'SENTINEL SET',
    fields: ['master'],
    see: ['server#sentinel'],
  },
} as const satisfies Record<string, DirectiveReference>;

/** The name of one of {@link REDIS_DIRECTIVES}. */
export type RedisDirectiveName = keyof typeof REDIS_DIRECTIVES;

/** The name of one of {@link SENTINEL_DIRECTIVES}. */
export type SentinelDirectiveName = keyof typeof SENTINEL_DIRECTIVES;

/** The choices of an example whose sentinel.conf has every directive: host names need two more. */
export const NAMED_SENTINELS = {
  ...SENTINEL_EXAMPLE,
  sentinels: 'redis1.example.org:26379,redis2.example.org:26379,redis3.example.org:26379',
} as const satisfies Partial<Architecture>;

/** An option of a worker's command, or a variable of its defaults, in the reference. */
export interface WorkerOption {
  readonly type: ValueType;
  /** Not there where it is no fixed value. */
  readonly default?: Default;
  readonly fields: readonly FieldName[];
}

/** Every option of the generated `celery … worker`, and of Celery's configuration after it, in its order (Celery 5.4.0). */
export const WORKER_OPTIONS = {
  '-A': { type: 'text', fields: ['arch', 'xapi'] },
  '-l': { type: 'word', default: { of: 'celery', value: ['WARNING'] }, fields: [] },
  '-n': { type: 'text', default: { of: 'celery', value: ['celery@%h'] }, fields: [] },
  '-Q': { type: 'text', default: { of: 'celery', value: ['celery'] }, fields: ['arch', 'xapi'] },
  '--concurrency': { type: 'number', fields: [] },
  '--prefetch-multiplier': {
    type: 'number',
    default: { of: 'celery', value: ['4'] },
    fields: [],
  },
  '--max-tasks-per-child': { type: 'number', fields: [] },
  '--time-limit': { type: 'seconds', fields: ['hours'] },
  broker_connection_retry: {
    type: 'flag',
    default: { of: 'celery', value: ['1'] },
    fields: ['service'],
  },
  broker_connection_retry_on_startup: {
    type: 'flag',
    default: { of: 'celery', value: ['1'] },
    fields: ['service'],
  },
  worker_deduplicate_successful_tasks: {
    type: 'flag',
    default: { of: 'celery', value: ['0'] },
    fields: ['arch', 'results'],
  },
  result_backend: { type: 'url', default: { of: 'celery', value: [] }, fields: ['results'] },
} as const satisfies Record<string, WorkerOption>;

/** The name of one of {@link WORKER_OPTIONS}. */
export type WorkerOptionName = keyof typeof WORKER_OPTIONS;

/**
 * Every variable of a generated /etc/default file besides `CELERY_CONFIG_MODULE`, in its order, with
 * the default of Celery's generic init script (extra/generic-init.d/celeryd).
 */
export const INIT_VARIABLES = {
  CELERYD_NODES: { type: 'text', default: init('celery'), fields: [] },
  CELERY_BIN: { type: 'path', default: init('celery'), fields: ['venv'] },
  CELERY_APP: { type: 'text', default: init(), fields: ['arch', 'xapi'] },
  CELERYD_CHDIR: { type: 'path', default: init(), fields: ['project'] },
  CELERYD_OPTS: { type: 'text', default: init(), fields: ['hours'] },
  CELERYD_LOG_LEVEL: { type: 'word', default: init('INFO'), fields: [] },
  CELERYD_LOG_FILE: { type: 'path', default: init('/var/log/celery/%n%I.log'), fields: ['logs'] },
  CELERYD_PID_FILE: { type: 'path', default: init('/var/run/celery/%n.pid'), fields: ['pids'] },
  CELERYD_USER: { type: 'user', default: init('celery'), fields: ['account'] },
  CELERYD_GROUP: { type: 'user', default: init(), fields: ['account'] },
  CELERY_CREATE_DIRS: { type: 'number', default: init('0'), fields: [] },
} as const satisfies Record<string, WorkerOption>;

function init(...value: string[]): Default {
  return { of: 'init', value };
}

/** The name of one of {@link INIT_VARIABLES}. */
export type InitVariableName = keyof typeof INIT_VARIABLES;
