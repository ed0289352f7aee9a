import { describe, expect, test } from 'vitest';
import { changesBetween } from '../../src/emit/changes.ts';
import { lineText } from '../../src/emit/code.ts';
import { emitted, placeOf } from './emitted.ts';

const before = emitted({});

/** The texts of the changed lines, by file id. */
function changed(after: typeof before): Record<string, string[]> {
  const { lines } = changesBetween(before, after);
  return Object.fromEntries(
    after.flatMap((file) => {
      const numbers = lines.get(placeOf(file));
      return numbers
        ? [[placeOf(file), [...numbers].map((at) => lineText(file.lines[at] ?? []).trim())]]
        : [];
    }),
  );
}

describe('changesBetween', () => {
  test('finds nothing between equals', () => {
    const { lines, added } = changesBetween(before, emitted({}));
    expect([lines.size, added.size]).toEqual([0, 0]);
  });

  test('finds the lines that a field alters, in every file', () => {
    expect(changed(emitted({ 'db.encoding': 9 }))).toEqual({
      'web/settings_local.py': [
        'CELERY_BROKER_URL = f"redis://:{REDIS_PASSWORD_TO_REPLACE}@127.0.0.1:6379/9"',
      ],
      'web/verify.sh': [
        "if database 'Base 9 (encodages) :' 9; then",
        "queue 'File celery (base 9), tâches en attente :' 9 celery",
        "unacked 'Base 9 (encodages), tâches prises et non acquittées :' 9 1",
      ],
    });
  });

  test('finds a new line, but not the ones that it moved', () => {
    const withPassword = changed(emitted({ auth: 'password' }, { password: 'secret' }));
    expect(withPassword['redis/redis.conf']).toEqual(['requirepass "secret"']);
  });

  test('calls a file that was not there new, and marks none of its lines', () => {
    const { lines, added } = changesBetween(before, emitted({ xapi: true }));
    expect([...added]).toEqual(['xapi/pod-xapi.service', 'xapi/podceleryconf.py']);
    expect(lines.has('xapi/pod-xapi.service')).toBe(false);
  });
});
