import { expect, test } from 'vitest';
import { workerStart } from './unit.ts';

const UNIT = `[Service]
WorkingDirectory=/pod
Environment=CELERY_CONFIG_MODULE=podceleryconf
Environment="A=with a space" B=x=y
ExecStart=/venv/bin/celery -n encode@%%h
Restart=always
RestartSec=5
`;

test('a unit’s command, environment and restart', () => {
  expect(workerStart({ kind: 'systemd-unit' }, '', UNIT, '/pod')).toEqual({
    command: 'cd /pod; exec /venv/bin/celery -n encode@%h',
    env: { CELERY_CONFIG_MODULE: 'podceleryconf', A: 'with a space', B: 'x=y' },
    restart: 5,
  });
});

test('a unit that starts nothing again', () => {
  const unit = UNIT.replace('always', 'no');
  expect(workerStart({ kind: 'systemd-unit' }, '', unit, '/pod')?.restart).toBeUndefined();
});

test('a file that starts no worker', () => {
  expect(workerStart({ kind: 'settings' }, '', '', '/pod')).toBeUndefined();
});
