/** A server's tasks in Pod. */
export type Role = 'web' | 'worker' | 'encoding' | 'transcription' | 'xapi' | 'redis';

/** The roles that run a Celery worker. */
export type WorkerRole = Exclude<Role, 'web' | 'redis'>;
