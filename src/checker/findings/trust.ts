import { foreignAccount, isOpenPath, isSystemPath, type PathUse } from '../../model/system.ts';
import type { FindingDefinition, Rules } from '../finding.ts';
import type { FileOf, SettingsFile } from '../read/files.ts';
import { directive, type RedisFile } from '../read/redisFile.ts';
import { FILE_START, type Span } from '../read/span.ts';
import {
  DEFAULTS_TEXT,
  defaults,
  pair,
  settings,
  TLS_TEXT,
  unit,
  UNIT_TEXT,
} from './exampleFiles.ts';

/** A path in a file, and how it is used. */
interface UsedPath {
  readonly at: Span;
  readonly path: string;
  readonly use: PathUse;
}

/** The folder of a file. */
const folderOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0));

/** The folders of the file that starts a worker. The paths of a script are those of a container. */
function* workerPaths({ worker, form }: FileOf<'worker'>): Generator<UsedPath> {
  if (form === 'script') return;
  const { variables, properties, words } = worker;
  const program = variables.get('CELERY_BIN') ?? words[0];
  if (program?.text.endsWith('/bin/celery'))
    yield { at: program, path: program.text.slice(0, -'/bin/celery'.length), use: 'programs' };
  for (const at of [variables.get('CELERYD_CHDIR'), properties.get('WorkingDirectory')])
    if (at) yield { at, path: at.text, use: 'owned' };
  for (const at of [variables.get('CELERYD_LOG_FILE'), variables.get('CELERYD_PID_FILE')])
    if (at) yield { at, path: folderOf(at.text), use: 'owned' };
  const backend = 'result_backend=file://';
  for (const at of words)
    if (at.text.startsWith(backend))
      yield { at, path: at.text.slice(backend.length), use: 'owned' };
}

/** The folders of the cron job. The paths of a script are those of a container. */
function* cronPaths({ cron: { jobs }, form }: FileOf<'cron'>): Generator<UsedPath> {
  if (form === 'script') return;
  for (const { project, venv } of jobs) {
    if (venv) yield { at: venv, path: venv.text, use: 'programs' };
    if (project) yield { at: project, path: project.text, use: 'owned' };
  }
}

/** The socket and the certificate of a redis.conf. */
function* redisPaths(redis: RedisFile): Generator<UsedPath> {
  for (const [name, use] of [
    ['unixsocket', 'socket'],
    ['tls-ca-cert-file', 'certificate'],
  ] as const) {
    const at = directive(redis, name);
    if (at) yield { at, path: at.arguments[0]?.text ?? '', use };
  }
}

/** The sockets and the certificates of settings, each once. */
function* settingsPaths({ connections }: SettingsFile): Generator<UsedPath> {
  const seen = new Set<string>();
  for (const { span, socket, ca } of connections)
    for (const [path, use] of [
      [socket, 'socket'],
      [ca, 'certificate'],
    ] as const)
      if (path !== undefined && !seen.has(path)) {
        seen.add(path);
        yield { at: span, path, use };
      }
}

/** Rules for the paths of all files. */
function pathRules(wrong: (path: string, use: PathUse) => boolean): Rules {
  function* problems(paths: Iterable<UsedPath>) {
    for (const { at, path, use } of paths)
      if (wrong(path, use)) yield { at, params: { path: path.slice(0, 100) } };
  }
  return {
    settings: (file) => problems(settingsPaths(file)),
    redis: ({ redis }) => problems(redisPaths(redis)),
    worker: (file) => problems(workerPaths(file)),
    cron: (file) => problems(cronPaths(file)),
  };
}

/** Rules for the account of a worker, and of the cron job. */
const accountRule = (foreign: ReturnType<typeof foreignAccount>): Rules => ({
  *worker({ worker }) {
    const account = worker.properties.get('User') ?? worker.variables.get('CELERYD_USER');
    if (account && foreignAccount(account.text) === foreign)
      yield { at: account, params: { account: account.text } };
  },
  *cron({ cron: { jobs }, form }) {
    for (const { account } of form === 'script' ? [] : jobs)
      if (account && foreignAccount(account.text) === foreign)
        yield { at: account, params: { account: account.text, case: 'cron' } };
  },
});

const ACCOUNT_TEXT = `${UNIT_TEXT}User=pod
`;

/** The accounts and folders that Pod's workers and Redis rely on, and what starts them. */
export const trust = [
  {
    code: 'worker-root',
    severity: 'error',
    ...accountRule('root'),
    ...pair('User=pod', 'User=root', unit(ACCOUNT_TEXT)),
    repairable: false,
  },
  {
    code: 'worker-account',
    severity: 'warning',
    ...accountRule('system'),
    ...pair('User=pod', 'User=www-data', unit(ACCOUNT_TEXT)),
    repairable: false,
  },
  // Celery's init script does not look after the workers that it has started.
  {
    code: 'worker-init',
    severity: 'warning',
    *worker({ worker, form }) {
      if (form === 'init') yield { at: worker.app ?? FILE_START };
    },
    example: [defaults(DEFAULTS_TEXT)],
    nearMiss: [unit(UNIT_TEXT)],
    repairable: false,
  },
  {
    code: 'path-open',
    severity: 'error',
    ...pathRules(isOpenPath),
    ...pair('/home/pod/.virtualenvs/django_pod4', '/tmp/django_pod4', unit(UNIT_TEXT)),
    repairable: false,
  },
  {
    code: 'path-system',
    severity: 'error',
    ...pathRules((path, use) => !isOpenPath(path) && isSystemPath(path, use)),
    ...pair('/ca.crt', '/etc/passwd', settings(TLS_TEXT)),
    repairable: false,
  },
] as const satisfies readonly FindingDefinition[];
