import type { Deployment } from '../model/deployment.ts';

/** The path of Pod's settings in its project folder. */
export const SETTINGS_PATH = 'pod/custom/settings_local.py';

/** The folder of Redis's configuration. */
export const REDIS_FOLDER = '/etc/redis';
export const REDIS_CONF_PATH = `${REDIS_FOLDER}/redis.conf`;
export const SENTINEL_CONF_PATH = `${REDIS_FOLDER}/sentinel.conf`;

/** The path of Pod's directives, apart from those of Debian's own redis.conf. */
export const POD_CONF = `${REDIS_FOLDER}/pod.conf`;

/** The account of Debian's Redis. */
const REDIS_ACCOUNT = 'redis';

/** The kinds of files that may have a password. */
export type SecretKind = 'settings' | 'celery-module' | 'redis-conf' | 'sentinel-conf';

/**
 * The mode of a file with a password: its owner writes it, the group of the same name may read it. With a socket,
 * Pod's account is in the group of Redis.
 */
export function secretMode({ redis }: Pick<Deployment, 'redis'>, kind: string): '600' | '640' {
  return redis.socket !== undefined && kind === 'redis-conf' ? '600' : '640';
}

/** The account that a file of a kind belongs to, with {@link secretMode}; `undefined` where it has no password. */
export function secretOwner({ account, redis }: Deployment, kind: SecretKind): string | undefined {
  if (!redis.password) return undefined;
  if (kind === 'redis-conf' || kind === 'sentinel-conf') return REDIS_ACCOUNT;
  // Among the settings of this module, those of sentinels alone have a password.
  return kind === 'settings' || redis.sentinel?.password ? account : undefined;
}
