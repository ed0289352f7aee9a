/** A server's tasks in Pod. */
export type Role = 'web' | 'cron' | 'worker' | 'encoding' | 'transcription' | 'xapi' | 'redis';

/** The roles that run a Celery worker. */
export type WorkerRole = Exclude<Role, 'web' | 'cron' | 'redis'>;

/** Whether a role runs a Celery worker. */
export const isWorker = (role: Role): role is WorkerRole =>
  role !== 'web' && role !== 'cron' && role !== 'redis';
