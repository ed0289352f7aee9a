/**
 * The host of Pod's own default settings (pod/settings.py:371), a name that exists in its Docker
 * set-up only.
 */
export const DOCKER_HOST = 'redis.localhost';

/**
 * The oldest major version of Redis that the generated files and the pages' commands are for. Redis 6.0 refuses the `-`
 * before an address of `bind` and `&*` in an ACL rule (run on 6.0.16: tests/software-run/oldest.test.ts); 6.2 was not
 * run, and has neither `appendonlydir` nor `ACL DRYRUN`. Valkey calls itself Redis 7.2.
 */
export const OLDEST_REDIS = 7;

/** The port of a Redis server unless its configuration has another. */
export const REDIS_PORT = 6379;

/** The port of a sentinel unless its configuration has another. */
export const SENTINEL_PORT = 26379;

/** How long a client waits for an answer of Redis or of a sentinel, in seconds. */
export const ANSWER_TIMEOUT = 5;

/**
 * How long a web server waits for Redis where it can do without, in seconds. Each use of a cache waits,
 * and Pod's home page has some 25 for `default` and 2 for its session (run on Pod 4.2.0, no video, Redis
 * frozen). The session has longer: where it could not be written or deleted, the one of before counts.
 */
export const AWAY_TIMEOUTS = { cache: 0.05, session: 0.3 } as const;

/** After how many seconds Celery's Redis transport delivers a task again by default (kombu 5.6.2). */
export const DEFAULT_VISIBILITY_TIMEOUT = 3600;

/** The `--time-limit` of Pod's own documents, in seconds. */
export const DOCUMENTED_TIME_LIMIT = 86_400;

/**
 * How many seconds the visibility timeout is above the time limit of tasks: the remedy that was
 * measured is 90000 s for a limit of 86400 s (celery issues 5935 and 5306).
 */
export const VISIBILITY_MARGIN = 3600;
