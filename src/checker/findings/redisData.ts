import type { FindingDefinition } from '../finding.ts';
import { directive, directiveValue, isAclFile, type RedisFile } from '../read/redisFile.ts';
import { FILE_START } from '../read/span.ts';
import { setDirective } from '../repair/edits.ts';
import { conf, CONF_TEXT, pair } from './exampleFiles.ts';

/** The policy by which Redis makes room when its memory is full; `undefined` without a limit. */
function memoryPolicy(redis: RedisFile): string | undefined {
  const limit = directiveValue(redis, 'maxmemory');
  if (limit === undefined || /^0+[kmg]?b?$/i.test(limit)) return undefined;
  return directiveValue(redis, 'maxmemory-policy')?.toLowerCase() ?? 'noeviction';
}

/** The way in which Redis keeps its data without the append-only file; `undefined` with it. */
function persistenceWithoutLog(redis: RedisFile): 'snapshots' | 'none' | undefined {
  if (isAclFile(redis) || directive(redis, 'include')) return undefined;
  if (directiveValue(redis, 'appendonly')?.toLowerCase() === 'yes') return undefined;
  return directiveValue(redis, 'save') === '' ? 'none' : 'snapshots';
}

/** The data that Redis loses when its memory is full or when it stops. */
export const redisData = [
  // The allkeys policies delete queues.
  {
    code: 'redis-policy',
    severity: 'error',
    *redis({ input, redis }) {
      const policy = memoryPolicy(redis);
      if (policy?.startsWith('allkeys-'))
        yield {
          at: directive(redis, 'maxmemory-policy') ?? FILE_START,
          params: { policy },
          repair: setDirective(input.text, redis, 'maxmemory-policy', 'volatile-ttl'),
        };
    },
    ...pair('volatile-ttl', 'allkeys-lru', conf(CONF_TEXT)),
  },
  {
    code: 'redis-memory-full',
    severity: 'warning',
    *redis({ input, redis }) {
      const line = directive(redis, 'maxmemory-policy') ?? directive(redis, 'maxmemory');
      if (line && memoryPolicy(redis) === 'noeviction')
        yield {
          at: line,
          repair: setDirective(input.text, redis, 'maxmemory-policy', 'volatile-ttl'),
        };
    },
    ...pair('maxmemory-policy volatile-ttl\n', '', conf(CONF_TEXT)),
  },
  {
    code: 'redis-persistence',
    severity: 'error',
    *redis({ input, redis }) {
      if (persistenceWithoutLog(redis) === 'none')
        yield {
          at: directive(redis, 'save') ?? FILE_START,
          repair: setDirective(input.text, redis, 'appendonly', 'yes'),
        };
    },
    ...pair('appendonly yes', 'save ""', conf(CONF_TEXT)),
  },
  // A Redis that is killed loses everything since its last snapshot.
  {
    code: 'redis-snapshots',
    severity: 'warning',
    *redis({ input, redis }) {
      if (persistenceWithoutLog(redis) === 'snapshots')
        yield {
          at: directive(redis, 'appendonly') ?? FILE_START,
          repair: setDirective(input.text, redis, 'appendonly', 'yes'),
        };
    },
    ...pair('appendonly yes', 'appendonly no', conf(CONF_TEXT)),
  },
] as const satisfies readonly FindingDefinition[];
