import type { Architecture } from '../../src/model/architecture.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import type { DatabaseRole } from '../../src/pod/databases.ts';
import { PASSWORD_PLACEHOLDER } from '../../src/emit/code.ts';
import type { ConfigFile } from '../../src/emit/files.ts';

type Values = Readonly<Record<string, unknown>>;

/** Celery's options besides the URL of the broker. */
function transportOptions(deployment: Deployment, arch: Architecture['arch']): Values {
  const { sentinel } = deployment.redis;
  return {
    ...(deployment.arch === arch && { visibility_timeout: deployment.visibilityTimeout }),
    ...(sentinel && {
      master_name: sentinel.master,
      socket_connect_timeout: 5,
      socket_keepalive: true,
      socket_keepalive_options: { 4: 10, 5: 5, 6: 3, 18: 20000 },
    }),
  };
}

/** The values of the module for the Celery apps that do not read Django's settings. */
function moduleValues(deployment: Deployment): Values {
  const options = transportOptions(deployment, 'microservices');
  return {
    ...(Object.keys(options).length > 0 && { broker_transport_options: options }),
    task_acks_late: true,
    worker_prefetch_multiplier: 1,
  };
}

/** The values of settings_local.py, from the uses of the deployment by the servers it is for. */
function settingsValues(deployment: Deployment, folder: string, secret: string): Values {
  const { prefixes, redis, databaseNumbers } = deployment;
  const { sentinel } = redis;
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
        // django-redis takes the password of a server behind sentinels from OPTIONS.
        ...(!sentinel && password),
        host: network ? (sentinel?.master ?? redis.host.toLowerCase()) : null,
        port: network ? (sentinel ? 6379 : redis.port) : null,
        socket: redis.socket ?? null,
        ...(redis.ca !== undefined && { tls: { required: true, ca: redis.ca, host: true } }),
      },
    ];
  };
  const cache = (database: 'default' | 'select2') => ({
    BACKEND: 'django_redis.cache.RedisCache',
    LOCATION: connection(database),
    OPTIONS: {
      CLIENT_CLASS: 'django_redis.client.DefaultClient',
      ...(sentinel && {
        SENTINELS: endpoints,
        ...(redis.password && { PASSWORD: secret }),
        SOCKET_CONNECT_TIMEOUT: 5,
        SOCKET_TIMEOUT: 5,
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
  for (const { server, setting, database, as } of deployment.uses) {
    if (folder !== 'all' && folder !== server) continue;
    if (as !== 'store') values[setting] = connection(database, true);
    if (setting.startsWith('CACHES'))
      Object.assign(values, {
        CACHES: { default: cache('default'), select2: cache('select2') },
        SELECT2_CACHE_BACKEND: 'select2',
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
        CELERY_BROKER_TRANSPORT_OPTIONS: transportOptions(deployment, 'celery'),
      });
    else if (as === 'producer')
      Object.assign(values, {
        ...(setting === 'XAPI_CELERY_BROKER_URL'
          ? { USE_XAPI: true, USE_XAPI_VIDEO: true }
          : { USE_REMOTE_ENCODING_TRANSCODING: true }),
        ...(sentinel && { CELERY_CONFIG_MODULE: 'podceleryconf' }),
      });
  }
  return values;
}

/**
 * The values that read.py is expected to find in a Python file of a deployment.
 *
 * @param typed the password as typed; empty for the placeholder
 */
export const expectedValues = (deployment: Deployment, file: ConfigFile, typed: string): Values =>
  file.kind === 'celery-module'
    ? moduleValues(deployment)
    : settingsValues(deployment, file.folder, typed === '' ? PASSWORD_PLACEHOLDER : typed);
