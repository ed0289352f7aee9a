/**
 * The host of Pod's own default settings (pod/settings.py:371), a name that exists in its Docker
 * set-up only.
 */
export const DOCKER_HOST = 'redis.localhost';

/** The port of a Redis server unless its configuration has another. */
export const REDIS_PORT = 6379;

/** The port of a sentinel unless its configuration has another. */
export const SENTINEL_PORT = 26379;

/** How long a client waits for an answer of Redis or of a sentinel, in seconds. */
export const ANSWER_TIMEOUT = 5;
