import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import type { Architecture } from '../../src/model/architecture.ts';
import { check } from '../../src/model/check.ts';
import type { IssueCode } from '../../src/model/issues.ts';
import { DOCKER_HOST } from '../../src/pod/limits.ts';
import { architectures } from '../model/architecture.ts';
import { runs } from '../sets.ts';
import { generated } from './generated.ts';
import { SEEN } from './seen.ts';

/** Mistakes that random architectures would have too rarely. */
const MISTAKES: readonly Partial<Architecture>[] = [
  { account: 'root' },
  { account: 'www-data' },
  { project: '/tmp/pod' },
  { venv: '/dev/shm/x', 'venv.encode': '/dev/shm/x' },
  { results: '/var/lib' },
  { service: 'init', logs: '/etc', pids: '/run/user/1' },
  { tls: true, ca: '/etc/passwd' },
  { socket: '/var/lib/redis/dump.rdb' },
  { socket: '/tmp/redis.sock', web: 2 },
  { sentinels: '', socket: '', host: '0.0.0.0' },
  { sentinels: '', socket: '', host: '127.0.0.1' },
  { sentinels: '', socket: '', host: DOCKER_HOST },
  { sentinels: '', socket: '', host: '203.0.113.66', tls: false },
  { socket: '', sentinels: 'a,b,203.0.113.66', redis: 'dedicated', tls: false },
  { socket: '', sentinels: 'a,127.0.0.1,b', redis: 'dedicated' },
  { socket: '', sentinels: 'a,b,[::]:26379', redis: 'dedicated' },
  { socket: '', sentinels: 'a,b,c', redis: 'dedicated', auth: 'none' },
  { auth: 'none' },
  { auth: 'none', arch: 'standalone', redis: 'web', sentinels: '', host: 'localhost' },
];

/** Architectures with some mistakes. */
const mistaken = fc
  .tuple(architectures, fc.subarray([...MISTAKES], { minLength: 1, maxLength: 3 }))
  .map(
    ([architecture, mistakes]): Architecture =>
      Object.assign({}, architecture, ...mistakes) as Architecture,
  );

test('what the form refuses or warns of is found in the files, wherever they show it', () => {
  const met = new Set<IssueCode>();
  fc.assert(
    fc.property(
      mistaken,
      fc.constantFrom('', 'secret', 'REDIS-PASSWORD'),
      (architecture, password) => {
        const files = generated({ architecture, password });
        const found = new Set(checkFiles(files).findings.map(({ code }) => code));
        const missed = check(architecture, password).filter((issue) => {
          const seen = SEEN[issue.code];
          if (typeof seen === 'string' || seen.where?.(issue, architecture, files) === false)
            return false;
          met.add(issue.code);
          return !seen.as.some((code) => found.has(code));
        });
        expect(missed).toEqual([]);
      },
    ),
    { numRuns: runs(300, 1500) },
  );
  const visible = Object.entries(SEEN).flatMap(([code, seen]) =>
    typeof seen === 'string' ? [] : code,
  );
  expect([...met].sort()).toEqual(visible.sort());
}, 300_000);
