import { describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import type { FindingCode } from '../../src/checker/findings.ts';
import {
  but,
  cron,
  CRON_TEXT,
  DEFAULTS_TEXT,
  CELERY_TEXT,
  CACHES_TEXT,
  RUNNER_TEXT,
  settings,
  TIMER_TEXT,
} from '../../src/checker/findings/exampleFiles.ts';
import { cronFormOf, readCron } from '../../src/checker/read/cronFile.ts';
import { kindOf, likelyName, type InputFile } from '../../src/checker/read/files.ts';
import { edited } from '../../src/checker/repair/edits.ts';

const UNIT_TEXT = `[Service]
Type=oneshot
User=pod
WorkingDirectory=/srv/pod
ExecStart=/srv/venv/bin/python3.11 manage.py process_tasks --site a.example.org
`;

/** The line of Pod's own documents (docstring of process_tasks.py, Pod 4.2.0). */
const DOCUMENTED_TEXT = `*/3 * * * * /usr/bin/bash -c 'export WORKON_HOME=/home/pod/.virtualenvs; export VIRTUALENVWRAPPER_PYTHON=/usr/bin/python3; cd /usr/local/django_projects/podv4; source /usr/local/bin/virtualenvwrapper.sh; workon django_pod4; python manage.py process_tasks >> /usr/local/django_projects/podv4/pod/log/process_tasks.log 2>&1'
`;

const LOOP_TEXT = `#!/bin/sh
# sleep 9 and manage.py process_tasks
while true; do
  python manage.py process_tasks
  sleep 180
done
`;

const TEXTS = {
  systemd: UNIT_TEXT,
  timer: TIMER_TEXT,
  crontab: DOCUMENTED_TEXT,
  script: LOOP_TEXT,
} as const;

describe.each(Object.entries(TEXTS))('%s', (form, text) => {
  test('is known by its text, and by the name that it then gets', () => {
    expect(kindOf({ name: '', text })).toEqual({ kind: 'cron', form });
    expect(kindOf({ name: likelyName(text), text })).toEqual({ kind: 'cron', form });
  });

  test('is nothing of the cron job when another command runs', () => {
    const other = text.replaceAll('process_tasks', 'clearsessions');
    if (form !== 'timer') expect(cronFormOf('', other)).toBeUndefined();
    // The spans of what was read are in the text.
    for (const job of readCron(form as keyof typeof TEXTS, text).jobs)
      for (const word of [job.project, job.venv, job.account])
        if (word) expect(word.text.endsWith(text.slice(word.from, word.to))).toBe(true);
  });
});

test.each([
  ['/etc/cron.d/backup', '0 3 * * * root /usr/local/bin/backup\n', 'other'],
  ['crontab', '0 3 * * * /usr/local/bin/backup\n', 'other'],
  ['pod-worker.service', '[Service]\nExecStart=/x/bin/celery -A pod.main worker\n', 'worker'],
  ['settings_local.py', '# manage.py process_tasks every 3 minutes\nA = 1\n', 'settings'],
  ['notes.sh', '#!/bin/sh\n# manage.py process_tasks\n', 'other'],
])('%s with %j is %s', (name, text, kind) => {
  expect(kindOf({ name, text }).kind).toBe(kind);
});

describe('the account, the folders and the site of a command', () => {
  const job = (form: keyof typeof TEXTS, text: string) => {
    const [found] = readCron(form, text).jobs;
    return [found?.account, found?.project, found?.venv].map((word) => word?.text);
  };

  test('of Pod’s own documents', () => {
    expect(job('crontab', DOCUMENTED_TEXT)).toEqual([
      undefined,
      '/usr/local/django_projects/podv4',
      '/home/pod/.virtualenvs/django_pod4',
    ]);
  });

  test('of a file in /etc/cron.d', () => {
    const venv = '/home/pod/.virtualenvs/django_pod4';
    expect(job('crontab', CRON_TEXT)).toEqual(['pod', '/usr/local/django_projects/podv4', venv]);
  });

  test('of a unit', () => {
    expect(job('systemd', UNIT_TEXT)).toEqual(['pod', '/srv/pod', '/srv/venv']);
    expect(readCron('systemd', UNIT_TEXT).jobs[0]?.site).toBe('a.example.org');
  });

  test.each([
    ['* * * * * /v/bin/python /srv/pod/manage.py process_tasks', [undefined, '/srv/pod', '/v']],
    [
      '* * * * * root sudo -u pod sh -c "cd /srv/pod; . /v/bin/activate; python manage.py process_tasks"',
      ['pod', '/srv/pod', '/v'],
    ],
    [
      '@hourly cd /bin/bin && /bin/bin/bin/python manage.py process_tasks',
      [undefined, '/bin/bin', '/bin/bin'],
    ],
  ])('of %j', (text, parts) => {
    expect(job('crontab', text)).toEqual(parts);
  });

  test('of a script, without its comments', () => {
    const text = but(LOOP_TEXT, 'while', '# cd /tmp\ncd /srv/pod\nwhile');
    expect(job('script', text)).toEqual([undefined, '/srv/pod', undefined]);
  });
});

describe('the time between two runs', () => {
  const crontab = (times: string) =>
    readCron('crontab', `${times} pod cd /srv && python manage.py process_tasks\n`).schedules.map(
      ({ minutes }) => minutes,
    );

  test.each([
    ['*/3 * * * *', 3],
    ['* * * * *', 1],
    ['0,30 * * * *', 30],
    ['5 * * * *', 60],
    ['0-58/2 * * * *', 2],
    ['*/7 * * * *', 7],
    ['*/3 8-19 * * *', 12 * 60 + 3],
    ['0 3 * * *', 1440],
    ['*/3 * * * 1-5', 1440],
    ['@hourly', 60],
  ])('of cron: %s', (times, minutes) => {
    expect(crontab(times)).toEqual([minutes]);
  });

  test.each(['*/0 * * * *', '70 * * * *', '@constructor'])('is not guessed from %s', (times) => {
    expect(crontab(times)).toEqual([]);
  });

  test.each([
    ['OnCalendar=*:0/3', [3]],
    ['OnCalendar=*-*-* *:0/20:00', [20]],
    ['OnCalendar=*:*', [1]],
    ['OnCalendar=hourly', [60]],
    ['OnCalendar=Mon *:0/3', [1440]],
    ['OnUnitActiveSec=3min', [3]],
    ['OnUnitInactiveSec=1h 30min', [90]],
    ['OnUnitActiveSec=180', [3]],
    ['OnUnitActiveSec=3 fortnights', []],
    ['OnCalendar=*:0/30\nOnCalendar=*:15/30', []],
  ])('of a timer: %j', (line, minutes) => {
    expect(readCron('timer', `[Timer]\n${line}\n`).schedules.map((each) => each.minutes)).toEqual(
      minutes,
    );
  });

  test('of a script is its sleep, in a loop alone', () => {
    expect(readCron('script', LOOP_TEXT).schedules.map(({ minutes }) => minutes)).toEqual([3]);
    expect(readCron('script', but(LOOP_TEXT, 'while true; do\n', '')).schedules).toEqual([]);
  });
});

describe('findings about Esup-Runner', () => {
  const codes = (...files: InputFile[]) => checkFiles(files).findings.map(({ code }) => code);
  const web = settings(RUNNER_TEXT);
  const repaired = (code: FindingCode, file: InputFile) =>
    edited(file.text, checkFiles([file]).findings.find((each) => each.code === code)?.repair ?? []);

  test('a site with its cron job has none', () => {
    const unit: InputFile = { name: 'cron/pod-runner-tasks.service', text: UNIT_TEXT };
    const timer: InputFile = { name: 'cron/pod-runner-tasks.timer', text: TIMER_TEXT };
    for (const files of [[cron(CRON_TEXT)], [cron(DOCUMENTED_TEXT)], [unit, timer]])
      expect(codes(web, ...files).filter((code) => code.startsWith('runner'))).toEqual([]);
  });

  test('the cron job is for each Pod and for each site', () => {
    const named = (name: string, site: string) =>
      cron(but(CRON_TEXT, 'process_tasks >', `process_tasks ${site} >`), { name });
    const two = (a: string, b: string) =>
      codes(named('a/pod-runner-tasks', a), named('b/pod-runner-tasks', b));
    expect(two('', '')).toContain('runner-cron-twice');
    expect(two('--site a.org', '--site a.org')).toContain('runner-cron-twice');
    expect(two('--site a.org', '--site b.org')).not.toContain('runner-cron-twice');
    const twice = cron(CRON_TEXT + CRON_TEXT);
    expect(codes(twice)).toContain('runner-cron-twice');
  });

  test('the timer of another unit may run rarely', () => {
    const rare = (name: string) => ({ name, text: but(TIMER_TEXT, '0/3', '0/30') });
    expect(codes(rare('backup.timer'))).not.toContain('runner-cron-rare');
    const unit: InputFile = { name: 'tasks.service', text: UNIT_TEXT };
    expect(codes(rare('tasks.timer'), unit)).toContain('runner-cron-rare');
    expect(codes(rare('tasks.timer'))).not.toContain('runner-cron-rare');
  });

  test.each([
    [CRON_TEXT, '*/3 * * * *', '0 * * * *'],
    [LOOP_TEXT, 'sleep 180', 'sleep 3600'],
    [TIMER_TEXT, 'OnCalendar=*:0/3', 'OnCalendar=hourly'],
  ])('a rare job gets its usual time: %#', (text, usual, rare) => {
    const file: InputFile = { name: likelyName(text), text: text.replace(usual, rare) };
    expect(repaired('runner-cron-rare', file)).toBe(text);
  });

  test('nothing else complains of what Esup-Runner leaves without a use', () => {
    const text = `USE_REMOTE_ENCODING_TRANSCODING = True\nCELERY_TASK_ACKS_LATE = True\n${RUNNER_TEXT}`;
    expect(codes(settings(text))).toContain('runner-unused');
    for (const code of ['broker-missing', 'microservice-ignores', 'broker-unused', 'both-modes']) {
      expect(codes(settings(text))).not.toContain(code);
      expect(codes(settings(`${CELERY_TEXT}${text}`))).not.toContain(code);
    }
    // Without the runner, they do.
    const off = but(text, 'USE_RUNNER_MANAGER = True', 'USE_RUNNER_MANAGER = False');
    expect(codes(settings(off))).toContain('broker-missing');
    expect(codes(settings(off))).toContain('microservice-ignores');
    expect(codes(settings(CELERY_TEXT + off))).toContain('both-modes');
  });

  test('presentations still need the broker of Celery', () => {
    const text = `CELERY_TO_ENCODE = True\n${RUNNER_TEXT}`;
    expect(codes(settings(text))).toContain('broker-missing');
    const worker: InputFile = { name: '/etc/default/celeryd', text: DEFAULTS_TEXT };
    expect(codes(settings(CELERY_TEXT + RUNNER_TEXT), worker)).not.toContain('runner-celery');
  });

  test('a setting is only removed where nothing names it', () => {
    const unused = 'CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"\n';
    const gone = settings(unused + RUNNER_TEXT);
    expect(repaired('runner-unused', gone)).toBe(RUNNER_TEXT);
    const named = `${unused}XAPI_CELERY_BROKER_URL = CELERY_BROKER_URL\n${RUNNER_TEXT}`;
    expect(repaired('runner-unused', settings(named))).toBe(named);
    const shared = `OTHER = ${unused}${RUNNER_TEXT}`;
    expect(repaired('runner-unused', settings(shared))).toBe(shared);
    const inside = `if OTHER:\n    ${unused}${RUNNER_TEXT}`;
    expect(repaired('runner-unused', settings(inside))).toBe(inside);
    const commented = settings(`${unused}# CELERY_BROKER_URL was here\n${RUNNER_TEXT}`);
    expect(repaired('runner-unused', commented)).toBe(
      `# CELERY_BROKER_URL was here\n${RUNNER_TEXT}`,
    );
  });

  test('the module of Celery is for xAPI too', () => {
    const module = `import os\nos.environ["CELERY_CONFIG_MODULE"] = "podceleryconf"\n`;
    expect(codes(settings(module + RUNNER_TEXT))).toContain('runner-unused');
    const xapi = `${module}USE_XAPI = True\nXAPI_CELERY_BROKER_URL = "redis://10.0.0.9:6379/6"\n`;
    expect(codes(settings(xapi + RUNNER_TEXT))).not.toContain('runner-unused');
  });

  test('Pod’s Docker set-up is reached without TLS', () => {
    const http = but(RUNNER_TEXT, 'SECURE_SSL_REDIRECT = True\n', '');
    expect(codes(settings(http))).toContain('runner-http');
    const docker = settings(but(http, '10.0.0.9', 'redis.localhost'));
    expect(codes(docker)).not.toContain('runner-http');
  });

  test('a value that is not known is not guessed', () => {
    const unknown = but(
      but(RUNNER_TEXT, 'DAYS = 60', 'DAYS = f()'),
      'REDIRECT = True',
      'REDIRECT = f()',
    );
    const found = codes(settings(`ENCODE_VIDEO = f()\n${unknown}`));
    expect(found.filter((code) => code.startsWith('runner'))).toEqual([]);
    expect(codes(settings(`USE_RUNNER_MANAGER = f()\n${CACHES_TEXT}`))).not.toContain(
      'runner-http',
    );
  });

  test('the cron job has Pod’s account, and folders that nobody else may write to', () => {
    expect(codes(cron(but(CRON_TEXT, '* pod cd', '* root cd')))).toContain('worker-root');
    expect(codes(cron(but(CRON_TEXT, '* pod cd', '* www-data cd')))).toContain('worker-account');
    expect(codes(cron(but(CRON_TEXT, '/usr/local/django_projects', '/tmp')))).toContain(
      'path-open',
    );
    expect(codes(cron(CRON_TEXT))).toEqual([]);
  });
});
