import { derived } from '../emit/answers.ts';
import type { Architecture } from '../../src/model/architecture.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import type { DatabaseRole } from '../../src/pod/databases.ts';
import type { ConfigFile } from '../../src/emit/files.ts';

type Values = Readonly<Record<string, unknown>>;

/** The options of an encrypted connection; none without TLS. */
const tlsOf = ({ redis }: Deployment): Values =>
  redis.ca === undefined
    ? {}
    : { ssl_cert_reqs: 'required', ssl_ca_certs: redis.ca, ssl_check_hostname: true };

/** The same of a client that has to be told to encrypt. */
const encrypted = (tls: Values): Values => ({
  ...(Object.keys(tls).length > 0 && { ssl: true }),
  ...tls,
});

const named = (name: string, values: Values): Values =>
  Object.keys(values).length > 0 ? { [name]: values } : {};

/** The options of connections to sentinels; none where these ask for nothing. */
function sentinelOptions(deployment: Deployment, secret: string, timeout: number): Values {
  const options = {
    ...(deployment.redis.sentinel?.password && {
      ...(deployment.redis.user !== undefined && { username: deployment.redis.user }),
      password: secret,
    }),
    ...encrypted(tlsOf(deployment)),
  };
  return Object.keys(options).length > 0
    ? { ...options, socket_connect_timeout: timeout, socket_timeout: timeout }
    : {};
}

/** Celery's options besides the URL of the broker. */
function transportOptions(
  deployment: Deployment,
  arch: Architecture['arch'],
  secret: string,
): Values {
  const { sentinel, socket } = deployment.redis;
  const away = deployment.sessions === 'cached_db';
  return {
    ...((deployment.arch === arch || (deployment.bbb && arch === 'celery')) && {
      visibility_timeout: deployment.visibilityTimeout,
    }),
    ...(away && { socket_timeout: 5 }),
    ...(away && socket === undefined && { socket_connect_timeout: 5 }),
    ...(sentinel && {
      master_name: sentinel.master,
      ...named('sentinel_kwargs', sentinelOptions(deployment, secret, 5)),
      socket_connect_timeout: 5,
      socket_keepalive: true,
      socket_keepalive_options: { 4: 10, 5: 5, 6: 3, 18: 20000 },
    }),
  };
}

/** The values of the module for the Celery apps that do not read Django's settings. */
function moduleValues(deployment: Deployment, secret: string): Values {
  return {
    ...named('broker_transport_options', transportOptions(deployment, 'microservices', secret)),
    ...(deployment.redis.sentinel && named('broker_use_ssl', tlsOf(deployment))),
    task_acks_late: true,
    worker_prefetch_multiplier: 1,
  };
}

/** The values of settings_local.py, from the uses of the deployment by the servers it is for. */
function settingsValues(deployment: Deployment, folder: string, secret: string): Values {
  const { prefixes, redis, databaseNumbers } = deployment;
  const { sentinel } = redis;
  const away = deployment.sessions === 'cached_db';
  const endpoints = sentinel?.endpoints.map(({ host, port }) => [host, port]);
  const password = redis.password ? { password: secret } : {};

  /** The connection that a client makes of a URL. Python's clients turn its host into lower case. */
  const connection = (database: DatabaseRole, isBroker = false) => {
    const made = { db: databaseNumbers[database], user: redis.user ?? null, password: null };
    if (sentinel && isBroker)
      return [
        {
          ...made,
          ...password,
          sentinels: sentinel.endpoints.map(({ host, port }) => [host.toLowerCase(), port]),
        },
      ];
    const network = redis.socket === undefined;
    return [
      {
        ...made,
        ...(sentinel && { user: null }),
        // django-redis takes the password of a server behind sentinels from OPTIONS.
        ...(!sentinel && password),
        host: network ? (sentinel?.master ?? redis.host.toLowerCase()) : null,
        port: network ? (sentinel ? 6379 : redis.port) : null,
        socket: redis.socket ?? null,
        ...(redis.ca !== undefined &&
          !sentinel && { tls: { required: true, ca: redis.ca, host: true } }),
      },
    ];
  };
  const timeoutOf = (database: string) => (away ? (database === 'sessions' ? 0.3 : 0.05) : 5);
  const cache = (database: 'default' | 'select2' | 'sessions') => ({
    BACKEND: 'django_redis.cache.RedisCache',
    LOCATION: connection(database),
    OPTIONS: {
      CLIENT_CLASS: 'django_redis.client.DefaultClient',
      ...(sentinel && {
        SENTINELS: endpoints,
        ...(redis.password && { PASSWORD: secret }),
        ...named('CONNECTION_POOL_KWARGS', {
          ...(redis.user !== undefined && { username: redis.user }),
          ...encrypted(tlsOf(deployment)),
        }),
        ...named('SENTINEL_KWARGS', sentinelOptions(deployment, secret, timeoutOf(database))),
      }),
      ...((sentinel || away) && {
        ...(redis.socket === undefined && { SOCKET_CONNECT_TIMEOUT: timeoutOf(database) }),
        SOCKET_TIMEOUT: timeoutOf(database),
      }),
    },
    ...(prefixes[database] !== '' && { KEY_PREFIX: prefixes[database] }),
  });
  /** The server of django-redis-sessions, which takes users and TLS in a URL only. */
  const sessions = () => {
    if (redis.user !== undefined || redis.ca !== undefined) return { url: connection('sessions') };
    const server = sentinel
      ? { host: null }
      : redis.socket !== undefined
        ? { unix_domain_socket_path: redis.socket }
        : { host: redis.host, port: redis.port };
    return { ...server, db: databaseNumbers.sessions, ...password };
  };

  const values: Record<string, unknown> = {};
  const inCache = deployment.uses.some(
    ({ server, setting }) =>
      setting === 'CACHES["sessions"]' && (folder === 'all' || folder === server),
  );
  for (const { server, setting, database, as } of deployment.uses) {
    if (folder !== 'all' && folder !== server) continue;
    if (as !== 'store') values[setting] = connection(database, true);
    if (setting.startsWith('CACHES'))
      Object.assign(values, {
        CACHES: {
          default: cache('default'),
          select2: cache('select2'),
          ...(inCache && { sessions: cache('sessions') }),
        },
        ...(inCache && {
          SESSION_ENGINE: `django.contrib.sessions.backends.${deployment.sessions}`,
          SESSION_CACHE_ALIAS: 'sessions',
        }),
        ...(away && {
          DJANGO_REDIS_IGNORE_EXCEPTIONS: true,
          DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS: true,
          DJANGO_REDIS_LOGGER: 'django',
        }),
        SELECT2_CACHE_BACKEND: 'select2',
        ...(deployment.arch === 'runner' && {
          USE_RUNNER_MANAGER: true,
          RM_TASKS_DELETED_AFTER_DAYS: 60,
          FILE_UPLOAD_PERMISSIONS: 0o644,
          ...(!redis.container && { SECURE_SSL_REDIRECT: true }),
        }),
        ...(sentinel && {
          DJANGO_REDIS_CONNECTION_FACTORY: 'django_redis.pool.SentinelConnectionFactory',
        }),
      });
    else if (setting === 'SESSION_REDIS')
      Object.assign(values, {
        SESSION_ENGINE: 'redis_sessions.session',
        ...(sentinel && {
          SESSION_REDIS_SENTINEL_LIST: endpoints,
          SESSION_REDIS_SENTINEL_MASTER_ALIAS: sentinel.master,
        }),
        SESSION_REDIS: {
          ...sessions(),
          prefix: prefixes.sessions,
          socket_timeout: 1,
          retry_on_timeout: false,
        },
      });
    else if (setting === 'CELERY_BROKER_URL')
      Object.assign(values, {
        CELERY_TO_ENCODE: true,
        CELERY_TASK_ACKS_LATE: true,
        CELERY_BROKER_TRANSPORT_OPTIONS: transportOptions(deployment, 'celery', secret),
        ...(sentinel && named('CELERY_BROKER_USE_SSL', tlsOf(deployment))),
      });
    else if (as === 'producer')
      Object.assign(values, {
        ...(setting === 'XAPI_CELERY_BROKER_URL'
          ? { USE_XAPI: true, USE_XAPI_VIDEO: true }
          : { USE_REMOTE_ENCODING_TRANSCODING: true }),
        ...((sentinel || away) && { CELERY_CONFIG_MODULE: 'podceleryconf' }),
      });
  }
  return values;
}

/**
 * The values that read.py is expected to find in a Python file of a deployment.
 *
 * @param secret the password as typed, as far as the architecture asks for one
 */
export function expectedValues(deployment: Deployment, file: ConfigFile, secret: string): Values {
  const { architecture, redis, sharedSettings } = deployment;
  const user = `${architecture.user}-${sharedSettings || file.server === 'all' ? 'web' : file.server}`;
  const named = redis.user !== undefined;
  const own = named ? { ...deployment, redis: { ...redis, user } } : deployment;
  const password = named ? derived(secret, user) : secret;
  return file.kind === 'celery-module'
    ? moduleValues(own, password)
    : settingsValues(own, file.folder, password);
}
