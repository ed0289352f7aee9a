import type { Code } from '../findings.ts';
import type { GivenFile } from '../read/files.ts';

/** A file, or several that are checked together. */
type Files = readonly GivenFile[];

/** Files that have what a code is about, and files that nearly have it. */
export interface Example {
  readonly has: Files;
  readonly nearly: Files;
  /** Only the reader can know what is right. */
  readonly norepair?: true;
}

const settings = (text: string, more: Partial<GivenFile> = {}): GivenFile => ({
  name: 'settings_local.py',
  text,
  ...more,
});
const redis = (text: string): GivenFile => ({ name: 'redis.conf', text });
const unit = (text: string): GivenFile => ({ name: 'pod-worker.service', text });
const defaults = (text: string): GivenFile => ({ name: '/etc/default/celeryd', text });

const CACHES = `CACHES = {
    'default': {
        'BACKEND': 'django_redis.cache.RedisCache',
        'LOCATION': 'redis://10.0.0.9:6379/3',  # the cache
        'OPTIONS': {'CLIENT_CLASS': 'django_redis.client.DefaultClient'},
    },
    'select2': {
        'BACKEND': 'django_redis.cache.RedisCache',
        'LOCATION': 'redis://10.0.0.9:6379/2',
    },
}
`;
const SESSIONS = `SESSION_ENGINE = 'redis_sessions.session'
SESSION_REDIS = {'host': '10.0.0.9', 'port': 6379, 'db': 4}
`;
const CELERY = `CELERY_TO_ENCODE = True
CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"  # the queue
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 90000}
`;
const GOOD = CELERY + CACHES + SESSIONS;

/** Another text in the place of one that must be there. */
function but(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`There is no ${from}.`);
  return text.replaceAll(from, to);
}

/** A pair of settings files that differ in a few characters. */
const pair = (from: string, to: string, more: Partial<GivenFile> = {}, text = GOOD): Example => ({
  has: [settings(but(text, from, to), more)],
  nearly: [settings(text, more)],
});

const MICROSERVICES = `USE_REMOTE_ENCODING_TRANSCODING = True
ENCODING_TRANSCODING_CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"
`;
const MICROSERVICE = `ENCODING_TRANSCODING_CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"
`;
const XAPI = `USE_XAPI = True
XAPI_CELERY_BROKER_URL = "redis://10.0.0.9:6379/6"
`;
const SECRET = but(
  but(GOOD, 'redis://10.0.0.9', 'redis://:p%40ss@10.0.0.9'),
  "'db': 4",
  "'db': 4, 'password': 'p@ss'",
);
const TLS = `CELERY_BROKER_URL = "rediss://:x@r.example.org:6379/5?ssl_cert_reqs=required&ssl_ca_certs=/ca.crt&ssl_check_hostname=true"
`;
const SENTINELS = `CELERY_TO_ENCODE = True
CELERY_BROKER_URL = "sentinel://10.0.0.1:26379/5;sentinel://10.0.0.2:26379/5"
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"master_name": "mymaster", "visibility_timeout": 90000}
DJANGO_REDIS_CONNECTION_FACTORY = "django_redis.pool.SentinelConnectionFactory"
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://mymaster/3",
        "OPTIONS": {"SENTINELS": [("10.0.0.1", 26379), ("10.0.0.2", 26379)]},
    },
    "select2": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://mymaster/2",
        "OPTIONS": {"SENTINELS": [("10.0.0.1", 26379), ("10.0.0.2", 26379)]},
    },
}
SESSION_REDIS_SENTINEL_LIST = [("10.0.0.1", 26379), ("10.0.0.2", 26379)]
SESSION_REDIS_SENTINEL_MASTER_ALIAS = "mymaster"
SESSION_REDIS = {"host": None, "db": 4}
`;
const CONF = `bind 127.0.0.1 -::1 10.0.0.9
protected-mode yes
requirepass "secret"
appendonly yes
maxmemory 512mb
maxmemory-policy volatile-ttl
`;
const conf = (from: string, to: string): Example => ({
  has: [redis(but(CONF, from, to))],
  nearly: [redis(CONF)],
});
const UNIT = `[Service]
Environment=CELERY_CONFIG_MODULE=podceleryconf
ExecStart=/home/pod/.virtualenvs/django_pod4/bin/celery -A pod.xapi.xapi_tasks worker -l INFO -Q xapi --concurrency=1
Restart=always
`;
const DEFAULTS = `CELERY_APP="pod.main"
CELERYD_OPTS="-Q celery --concurrency=1 --prefetch-multiplier=1 --time-limit=86400"
`;

/**
 * For every code, a file that has it and one that nearly has it. Its page shows the first, and what the
 * repair makes of it.
 */
export const EXAMPLES: Readonly<Record<Code, Example>> = {
  syntax: { ...pair('"redis://10.0.0.9:6379/5"', '"redis://10.0.0.9:6379/5'), norepair: true },
  'not-understood': {
    has: [settings(but(GOOD, '"redis://10.0.0.9:6379/5"', 'broker()'))],
    nearly: [settings(`${GOOD}MEDIA_ROOT = folder()\nif DEBUG:\n    MEDIA_URL = "/m/"\n`)],
    norepair: true,
  },
  'environment-default': {
    has: [
      settings(
        `import os\n${but(GOOD, '"redis://10.0.0.9:6379/5"', 'os.environ.get("BROKER", "redis://10.0.0.9:6379/5")')}`,
      ),
    ],
    nearly: [settings(`import os\nMEDIA_ROOT = os.environ.get("MEDIA", "/data")\n${GOOD}`)],
    norepair: true,
  },
  'both-modes': {
    has: [settings(`${GOOD}USE_REMOTE_ENCODING_TRANSCODING = True\n`)],
    nearly: [settings(`${GOOD}USE_REMOTE_ENCODING_TRANSCODING = False\n`)],
  },
  'broker-missing': pair('CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"  # the queue\n', ''),
  'broker-rabbitmq': pair('redis://10.0.0.9:6379/5', 'amqp://guest:guest@localhost:5672//'),
  'broker-no-database': pair('redis://10.0.0.9:6379/5', 'redis://10.0.0.9:6379'),
  'broker-tenant-suffix': {
    ...pair('redis://10.0.0.9:6379/5', 'redis://10.0.0.9:6379/5-tenant1'),
    norepair: true,
  },
  'broker-scheme': {
    has: [settings(but(GOOD, 'redis://10.0.0.9:6379/5', 'unix:///run/redis/redis.sock?db=5'))],
    nearly: [
      settings(
        but(GOOD, 'redis://10.0.0.9:6379/5', 'redis+socket:///run/redis/redis.sock?virtual_host=5'),
      ),
    ],
  },
  'broker-environment': {
    has: [
      settings(`import os\nos.environ["CELERY_BROKER_URL"] = "redis://10.0.0.9:6379/5"\n${GOOD}`),
    ],
    nearly: [settings(`import os\nos.environ["CELERY_CONFIG_MODULE"] = "podceleryconf"\n${GOOD}`)],
  },
  'broker-unused': {
    ...pair('CELERY_TO_ENCODE = True', 'CELERY_TO_ENCODE = False'),
    norepair: true,
  },
  'visibility-timeout-missing': pair(
    'CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 90000}\n',
    '',
  ),
  'visibility-timeout-short': pair('90000', '3600 * 24'),
  'acknowledged-early': pair('CELERY_TASK_ACKS_LATE = True', 'CELERY_TASK_ACKS_LATE = False'),
  'microservice-ignores': {
    has: [settings(`${MICROSERVICES}CELERY_TASK_ACKS_LATE = True\n${CACHES}${SESSIONS}`)],
    nearly: [settings(`CELERY_TASK_ACKS_LATE = True\n${GOOD}`)],
  },
  'database-shared': pair('6379/3', '6379/4'),
  'database-range': pair('6379/5', '6379/16'),
  'database-differs': pair('6379/5', '6379/7'),
  'select2-missing': {
    has: [
      settings(
        but(
          GOOD,
          `    'select2': {
        'BACKEND': 'django_redis.cache.RedisCache',
        'LOCATION': 'redis://10.0.0.9:6379/2',
    },
`,
          '',
        ),
      ),
    ],
    nearly: [settings(`${GOOD}SELECT2_CACHE_BACKEND = "select2"\n`)],
  },
  'caches-missing': {
    has: [settings(CELERY, { roles: ['worker'] })],
    nearly: [settings(CELERY + CACHES, { roles: ['worker'] })],
  },
  'cache-scheme': pair("'redis://10.0.0.9:6379/3'", "'10.0.0.9:6379:3'"),
  'cache-not-redis': {
    ...pair(
      `'BACKEND': 'django_redis.cache.RedisCache',
        'LOCATION': 'redis://10.0.0.9:6379/3',`,
      `'BACKEND': 'django.core.cache.backends.locmem.LocMemCache',
        'LOCATION': 'here',`,
    ),
    norepair: true,
  },
  'sessions-not-redis': pair("'redis_sessions.session'", "'django.contrib.sessions.backends.db'"),
  'default-address': {
    has: [settings(CELERY + CACHES, { roles: ['web'] })],
    nearly: [settings(GOOD, { roles: ['web'] })],
  },
  loopback: {
    has: [settings(but(GOOD, '10.0.0.9', '127.0.0.1'), { several: true })],
    nearly: [settings(but(GOOD, '10.0.0.9', '127.0.0.1'))],
    norepair: true,
  },
  'redis-localhost': {
    ...pair('redis://10.0.0.9:6379/5', 'redis://redis.localhost:6379/5'),
    norepair: true,
  },
  'docker-address': {
    has: [settings(but(GOOD, '10.0.0.9', 'redis.localhost'))],
    nearly: [settings(but(GOOD, '10.0.0.9', 'redis.local'))],
    norepair: true,
  },
  'hosts-differ': { ...pair('10.0.0.9:6379/2', '127.0.0.1:6379/2'), norepair: true },
  'ipv6-brackets': {
    has: [
      settings(but(but(GOOD, "'10.0.0.9'", "'[2001:db8::9]'"), '//10.0.0.9', '//[2001:db8::9]')),
    ],
    nearly: [
      settings(but(but(GOOD, "'10.0.0.9'", "'2001:db8::9'"), '//10.0.0.9', '//[2001:db8::9]')),
    ],
  },
  'password-unencoded': {
    has: [settings(but(but(SECRET, ':p%40ss@', ':p/ss@'), "'p@ss'", "'p/ss'"))],
    nearly: [settings(but(but(SECRET, ':p%40ss@', ':p%2Fss@'), "'p@ss'", "'p/ss'"))],
  },
  'password-encoded': pair("'p@ss'", "'p%40ss'", {}, SECRET),
  'passwords-differ': { ...pair("'p@ss'", "'p@sS'", {}, SECRET), norepair: true },
  'password-in-file': {
    has: [settings(SECRET)],
    nearly: [
      settings(but(SECRET, 'p%40ss', 'REDIS-PASSWORD').replace("'p@ss'", "'REDIS-PASSWORD'")),
    ],
    norepair: true,
  },
  'password-as-user': pair(':p%40ss@', 'p%40ss@', {}, SECRET),
  'session-acl': {
    has: [
      settings(
        but(
          but(GOOD, 'redis://', 'redis://pod:p%40ss@'),
          "'db': 4",
          "'db': 4, 'username': 'pod', 'password': 'p@ss'",
        ),
      ),
    ],
    nearly: [
      settings(
        but(
          but(GOOD, 'redis://', 'redis://pod:p%40ss@'),
          "'db': 4",
          `'url': "redis://pod:p%40ss@10.0.0.9:6379/4"`,
        ),
      ),
    ],
  },
  'session-ssl': {
    has: [
      settings(
        `${TLS}SESSION_REDIS = {"host": "r.example.org", "db": 4, "password": "x", "ssl": True}\n`,
        { roles: ['xapi'] },
      ),
    ],
    nearly: [
      settings(
        `${TLS}SESSION_REDIS = {"host": "r.example.org", "db": 4, "password": "x", "socket_timeout": 1}\n`,
        { roles: ['xapi'] },
      ),
    ],
  },
  'session-pool': pair("'db': 4", "'db': 4, 'POOL': None"),
  'tls-unverified': pair('ssl_cert_reqs=required', 'ssl_cert_reqs=none', {}, TLS),
  'tls-host-name': pair('&ssl_check_hostname=true', '', {}, TLS),
  'tls-differs': {
    has: [settings(GOOD), redis(but(CONF, 'requirepass "secret"', 'port 0\ntls-port 6379'))],
    nearly: [settings(GOOD), redis(but(CONF, 'requirepass "secret"', 'port 6379'))],
    norepair: true,
  },
  'sentinel-host': pair('"host": None, ', '', {}, SENTINELS),
  'sentinel-factory': pair(
    'DJANGO_REDIS_CONNECTION_FACTORY = "django_redis.pool.SentinelConnectionFactory"\n',
    '',
    {},
    SENTINELS,
  ),
  'sentinel-master': pair('"master_name": "mymaster", ', '', {}, SENTINELS),
  'sentinel-module': {
    has: [
      settings(
        `${SENTINELS}USE_XAPI = True\nXAPI_CELERY_BROKER_URL = "sentinel://10.0.0.1:26379/6"\n`,
      ),
    ],
    nearly: [
      settings(
        `import os\nos.environ["CELERY_CONFIG_MODULE"] = "podceleryconf"\n${SENTINELS}USE_XAPI = True\nXAPI_CELERY_BROKER_URL = "sentinel://10.0.0.1:26379/6"\n`,
      ),
    ],
    norepair: true,
  },
  'sentinel-client': {
    has: [
      settings(
        but(
          SENTINELS,
          '"OPTIONS": {',
          '"OPTIONS": {"CLIENT_CLASS": "django_redis.client.SentinelClient", ',
        ),
      ),
    ],
    nearly: [
      settings(
        but(
          SENTINELS,
          '"OPTIONS": {',
          '"OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient", ',
        ),
      ),
    ],
  },
  'redis-directive': conf('protected-mode yes', 'protect-mode : yes'),
  'redis-cluster': {
    has: [redis(`${CONF}cluster-enabled yes\n`)],
    nearly: [redis(`${CONF}cluster-enabled no\n`)],
  },
  'redis-port': {
    has: [settings(GOOD), redis(but(CONF, 'requirepass "secret"', 'port 6380'))],
    nearly: [settings(GOOD), redis(but(CONF, 'requirepass "secret"', 'port 6379'))],
    norepair: true,
  },
  'redis-protected': { ...conf('requirepass "secret"\n', ''), norepair: true },
  'redis-open': {
    has: [
      redis(
        but(but(CONF, 'requirepass "secret"\n', ''), 'protected-mode yes', 'protected-mode no'),
      ),
    ],
    nearly: [redis(but(CONF, 'protected-mode yes', 'protected-mode no'))],
    norepair: true,
  },
  'redis-bind': {
    has: [settings(SECRET), redis(but(but(CONF, ' 10.0.0.9', ''), 'secret', 'p@ss'))],
    nearly: [settings(SECRET), redis(but(CONF, 'secret', 'p@ss'))],
  },
  'redis-acl': {
    has: [redis(`${CONF}user pod on >p@ss ~* +@all -@dangerous +info +flushdb\n`)],
    nearly: [redis(`${CONF}user pod on >p@ss ~* &* +@all -@dangerous +info +flushdb\n`)],
  },
  'redis-policy': conf('volatile-ttl', 'allkeys-lru'),
  'redis-memory-full': conf('maxmemory-policy volatile-ttl\n', ''),
  'redis-persistence': conf('appendonly yes', 'save ""'),
  'redis-snapshots': conf('appendonly yes', 'appendonly no'),
  'worker-queue': { has: [unit(but(UNIT, ' -Q xapi', ''))], nearly: [unit(UNIT)] },
  'worker-word': {
    has: [unit(but(UNIT, 'xapi_tasks worker', 'xapi_tasks'))],
    nearly: [unit(UNIT)],
  },
  'worker-spaces': {
    has: [defaults(but(DEFAULTS, '--concurrency=1', '--concurrency 1'))],
    nearly: [defaults(DEFAULTS)],
  },
  'worker-limit': {
    has: [defaults(but(DEFAULTS, ' --time-limit=86400', ''))],
    nearly: [defaults(DEFAULTS)],
    norepair: true,
  },
  'worker-restart': {
    has: [unit(but(UNIT, 'Restart=always', 'Restart=on-failure'))],
    nearly: [unit(UNIT)],
  },
  'worker-concurrency': {
    has: [defaults(but(DEFAULTS, ' --concurrency=1', ''))],
    nearly: [defaults(DEFAULTS)],
  },
  'worker-prefetch': {
    has: [defaults(but(DEFAULTS, ' --prefetch-multiplier=1', ''))],
    nearly: [defaults(DEFAULTS), settings(GOOD)],
  },
  'worker-api': {
    has: [settings(MICROSERVICE, { roles: ['encoding'] })],
    nearly: [
      settings(
        `${MICROSERVICE}POD_API_URL = "https://pod.example.org/rest"\nPOD_API_TOKEN = "a-token"\n`,
        { roles: ['encoding'] },
      ),
    ],
    norepair: true,
  },
  'xapi-lrs': {
    has: [settings(`${XAPI}XAPI_LRS_URL = ""\n${CACHES}${SESSIONS}`)],
    nearly: [
      settings(`${XAPI}XAPI_LRS_URL = "https://lrs.example.org/xAPI/"\n${CACHES}${SESSIONS}`),
    ],
    norepair: true,
  },
  'pod-3-setting': {
    has: [settings(but(MICROSERVICES, 'REMOTE', 'DISTANT') + CACHES + SESSIONS)],
    nearly: [settings(MICROSERVICES + CACHES + SESSIONS)],
  },
  'live-transcription': {
    has: [settings(`LIVE_CELERY_TRANSCRIPTION = True\n${GOOD}`)],
    nearly: [settings(`LIVE_TRANSCRIPTION = True\n${GOOD}`)],
    norepair: true,
  },
};
