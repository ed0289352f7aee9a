import type { Deployment } from '../model/deployment.ts';

/** The path of Pod's settings in its project folder. */
export const SETTINGS_PATH = 'pod/custom/settings_local.py';

export const REDIS_CONF_PATH = '/etc/redis/redis.conf';
export const SENTINEL_CONF_PATH = '/etc/redis/sentinel.conf';

/** The path of Pod's directives, apart from those of Debian's own redis.conf. */
export const POD_CONF = '/etc/redis/pod.conf';

/** The account of Debian's Redis. */
const REDIS_ACCOUNT = 'redis';

/** The mode of a file with a password: its owner writes it, the group of the same name may read it. */
export const SECRET_MODE = '640';

/** The kinds of files that may have a password. */
type SecretKind = 'settings' | 'celery-module' | 'redis-conf' | 'sentinel-conf';

/** The account that a file of a kind belongs to, with {@link SECRET_MODE}; `undefined` where it has no password. */
export function secretOwner({ account, redis }: Deployment, kind: SecretKind): string | undefined {
  if (!redis.password) return undefined;
  if (kind === 'redis-conf' || kind === 'sentinel-conf') return REDIS_ACCOUNT;
  // Among the settings of this module, those of sentinels alone have a password.
  return kind === 'settings' || redis.sentinel?.password ? account : undefined;
}
