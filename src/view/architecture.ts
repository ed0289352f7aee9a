import type { Deployment } from '../model/deployment.ts';
import type { Say } from '../model/say.ts';

/** An architecture in one line: its servers, their roles, and the address of Redis. */
export function architectureText({ servers, redis }: Deployment, say: Say): string {
  const groups = servers.map(({ id, count, roles }) => {
    const named = say(`servers.${id}`, { count });
    const rest = roles.slice(1).map((role) => say(`role.${role}`));
    const own = redis.on === id && id !== 'redis' ? [...rest, say('role.redis')] : rest;
    return own.length === 0 ? named : `${named} (${own.join(', ')})`;
  });
  const extra = redis.sentinel
    ? say('your.sentinel')
    : redis.container
      ? say('your.docker')
      : redis.socket !== undefined
        ? redis.socket
        : `${redis.host}:${redis.port}`;
  return say('your.summary', { servers: groups.join(', '), redis: extra });
}
