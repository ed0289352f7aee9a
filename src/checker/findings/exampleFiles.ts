import type { FindingDefinition } from '../finding.ts';
import type { InputFile } from '../read/files.ts';

/** The files of a finding's example and near miss. */
type Pair = Pick<FindingDefinition, 'example' | 'nearMiss'>;

/** A settings_local.py. */
export const settings = (text: string, more: Partial<InputFile> = {}): InputFile => ({
  name: 'settings_local.py',
  text,
  ...more,
});

/** A redis.conf. */
export const conf = (text: string): InputFile => ({ name: 'redis.conf', text });

/** A systemd unit. */
export const unit = (text: string): InputFile => ({ name: 'pod-worker.service', text });

/** The variables of Celery's init script. */
export const defaults = (text: string): InputFile => ({ name: '/etc/default/celeryd', text });

/** A file of `/etc/cron.d`. */
export const cron = (text: string, more: Partial<InputFile> = {}): InputFile => ({
  name: '/etc/cron.d/pod-runner-tasks',
  text,
  ...more,
});

/** A systemd timer. */
export const timer = (text: string): InputFile => ({ name: 'pod-runner-tasks.timer', text });

/** A text with all occurrences of a part replaced. Throws where there are none. */
export function but(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`There is no ${from}.`);
  return text.replaceAll(from, to);
}

/** A near miss in which replacing one part makes the example. */
export function pair(
  from: string,
  to: string,
  nearMiss: InputFile = settings(SETTINGS_TEXT),
): Pair {
  return {
    example: [{ ...nearMiss, text: but(nearMiss.text, from, to) }],
    nearMiss: [nearMiss],
  };
}

/** CACHES in two databases. */
export const CACHES_TEXT = `CACHES = {
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

/** Sessions in Redis. */
export const SESSIONS_TEXT = `SESSION_ENGINE = 'redis_sessions.session'
SESSION_REDIS = {'host': '10.0.0.9', 'port': 6379, 'db': 4}
`;

/** Sessions in the SQL database and in one of CACHES: a Pod that does without Redis for a while. */
export const CACHED_TEXT = `DJANGO_REDIS_IGNORE_EXCEPTIONS = True
${but(
  CACHES_TEXT,
  "    'select2'",
  `    'sessions': {
        'BACKEND': 'django_redis.cache.RedisCache',
        'LOCATION': 'redis://10.0.0.9:6379/4',
    },
    'select2'`,
)}SESSION_ENGINE = 'django.contrib.sessions.backends.cached_db'
SESSION_CACHE_ALIAS = 'sessions'
`;

/** Encoding by Celery workers. */
export const CELERY_TEXT = `CELERY_TO_ENCODE = True
CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"  # the queue
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 90000}
`;

/** Settings without any problem but that Redis asks for no password. */
export const SETTINGS_TEXT = CELERY_TEXT + CACHES_TEXT + SESSIONS_TEXT;

/** Encoding by microservices, on a web server. */
export const MICROSERVICES_TEXT = `USE_REMOTE_ENCODING_TRANSCODING = True
ENCODING_TRANSCODING_CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"
`;

/** Encoding by Esup-Runner, and the rest of the settings. */
export const RUNNER_TEXT = `USE_RUNNER_MANAGER = True
RM_TASKS_DELETED_AFTER_DAYS = 60
SECURE_SSL_REDIRECT = True
${CACHES_TEXT}${SESSIONS_TEXT}`;

/** The cron job of Esup-Runner, in `/etc/cron.d`. */
export const CRON_TEXT = `*/3 * * * * pod cd /usr/local/django_projects/podv4 && flock -n . /home/pod/.virtualenvs/django_pod4/bin/python manage.py process_tasks >pod/log/process_tasks.log 2>&1
`;

/** The timer of the cron job of Esup-Runner. */
export const TIMER_TEXT = `[Timer]
OnCalendar=*:0/3
`;

/** Settings with a password, encoded in URLs. */
export const PASSWORD_TEXT = but(
  but(SETTINGS_TEXT, 'redis://10.0.0.9', 'redis://:p%40ss-Vx7kQ2mLw9Rt@10.0.0.9'),
  "'db': 4",
  "'db': 4, 'password': 'p@ss-Vx7kQ2mLw9Rt'",
);

/** A broker reached by TLS. */
export const TLS_TEXT = `CELERY_BROKER_URL = "rediss://:x@r.example.org:6379/5?ssl_cert_reqs=required&ssl_ca_certs=/ca.crt&ssl_check_hostname=true"
`;

/** Settings that find Redis by sentinels. */
export const SENTINELS_TEXT = `CELERY_TO_ENCODE = True
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

/** A redis.conf without any problem. */
export const CONF_TEXT = `bind 127.0.0.1 -::1 10.0.0.9
protected-mode yes
requirepass "Vx7kQ2mLw9RtBn4s"
appendonly yes
maxmemory 512mb
maxmemory-policy volatile-ttl
`;

/** A systemd unit of an xAPI worker. */
export const UNIT_TEXT = `[Service]
Environment=CELERY_CONFIG_MODULE=podceleryconf
ExecStart=/home/pod/.virtualenvs/django_pod4/bin/celery -A pod.xapi.xapi_tasks worker -l INFO -Q xapi --concurrency=1
Restart=always
`;

/** A systemd unit of an encoding worker beside the web server. */
export const ENCODING_UNIT_TEXT = `[Service]
WorkingDirectory=/usr/local/django_projects/podv4
Environment=CELERY_CONFIG_MODULE=podceleryconf
Environment=DJANGO_SETTINGS_MODULE=pod.settings
ExecStart=/home/pod/.virtualenvs/django_pod4/bin/celery -A pod.video_encode_transcript.encoding_tasks worker -Q encoding --concurrency=1 --time-limit=86400
Restart=always
`;

/** A systemd unit of a Celery worker that runs no task twice. */
export const WORKER_UNIT_TEXT = `[Service]
ExecStart=/home/pod/.virtualenvs/django_pod4/bin/celery -A pod.main worker -Q celery --concurrency=1 --prefetch-multiplier=1 --time-limit=86400 -- broker_connection_retry=0 worker_deduplicate_successful_tasks=1 result_backend=file:///var/lib/pod-celery
Restart=always
`;

/** The variables of a Celery worker. */
export const DEFAULTS_TEXT = `CELERY_APP="pod.main"
CELERYD_OPTS="-Q celery --concurrency=1 --prefetch-multiplier=1 --time-limit=86400"
`;
