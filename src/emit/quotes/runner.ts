import { planVariant, type Deployment } from '../../model/deployment.ts';
import { RUNNER_UNIT } from '../../pod/runner.ts';
import { INIT_SCRIPTS, QUEUES, UNITS } from '../../pod/workers.ts';
import { asPodInProject, withoutTerminal } from '../account.ts';
import { ask } from '../cli.ts';
import { linesOf, plain, type Writing } from '../code.ts';
import { filesOf } from '../files.ts';
import { RUNNER_LOG } from '../runner.ts';
import { shell } from '../shell.ts';
import { emitSettings } from '../settings.ts';
import { defaultsPath, unitPath } from '../worker.ts';
import type { Procedure, Quote } from './procedure.ts';
import { onAny } from './servers.ts';

/** A deployment, and whether it is another than the reader's. */
type Variant = Pick<Quote, 'elsewhere'> & { readonly deployment: Deployment };

/** The deployment with Esup-Runner that a reader moves to. */
function withRunner(reader: Deployment): Variant {
  if (reader.arch === 'runner') return { deployment: reader };
  return { deployment: planVariant(reader, { arch: 'runner' }), elsewhere: true };
}

/** The deployment with workers that a reader comes from: their own, or one with Celery. */
function withWorkers(reader: Deployment): Variant {
  if (reader.arch === 'celery' || reader.arch === 'microservices') return { deployment: reader };
  return { deployment: planVariant(reader, { arch: 'celery' }), elsewhere: true };
}

/** The settings that a move to Esup-Runner adds, without comments. */
const ADDED = [
  'USE_RUNNER_MANAGER',
  'RM_TASKS_DELETED_AFTER_DAYS',
  'SECURE_SSL_REDIRECT',
  'FILE_UPLOAD_PERMISSIONS',
];

/** The lines of {@link ADDED} on the web servers. */
function addedSettings(reader: Deployment, writing: Writing): Quote[] {
  const { deployment, ...elsewhere } = withRunner(reader);
  const statements = emitSettings({ ...deployment, comments: false }, writing, ['web']);
  const lines = linesOf(statements.filter(({ name }) => ADDED.includes(name ?? '')));
  return [{ server: 'web', lines, ...elsewhere }];
}

/** The files of the cron job. */
function cronFiles(reader: Deployment, writing: Writing): Quote[] {
  const { deployment, ...elsewhere } = withRunner(reader);
  return filesOf(deployment, writing)
    .filter(({ folder }) => folder === 'cron')
    .filter(({ kind }) => kind.startsWith('cron'))
    .map(({ server, name, path, lines }) => ({ server, path: path || name, lines, ...elsewhere }));
}

/** The commands that start the cron job, and show its first run. */
function startCron(reader: Deployment): Quote[] {
  const { deployment, ...elsewhere } = withRunner(reader);
  const group = deployment.servers.find(({ roles }) => roles.includes('cron'));
  if (group === undefined || deployment.service === 'container') return [];
  const lines =
    deployment.service === 'init'
      ? [asPodInProject(deployment, shell`cat ${plain(RUNNER_LOG)}`)]
      : [
          shell`systemctl daemon-reload`,
          shell`systemctl enable --now ${plain(RUNNER_UNIT)}.timer`,
          shell`systemctl start ${plain(RUNNER_UNIT)}.service`,
          shell`journalctl --unit ${plain(RUNNER_UNIT)} --lines 20 --no-pager`,
        ];
  return [{ server: group.id, lines, ...elsewhere }];
}

/** Commands for the services of the workers that encode and transcribe; those of xAPI stay. */
function onWorkers(reader: Deployment, action: 'remove' | 'start'): Quote[] {
  const { deployment, ...elsewhere } = withWorkers(reader);
  const init = deployment.service === 'init';
  if (deployment.redis.container) return [];
  return deployment.servers.flatMap(({ id, roles }) =>
    (['worker', 'encoding', 'transcription'] as const)
      .filter((role) => roles.includes(role))
      .map((role) => {
        const service = plain((init ? INIT_SCRIPTS : UNITS)[role], { field: 'service' });
        const path = plain(init ? defaultsPath(role) : unitPath(role), { server: role });
        const remove = init
          ? [
              withoutTerminal(shell`service ${service} stop`),
              shell`update-rc.d ${service} remove`,
              shell`mv ${path} ${path}.before`,
            ]
          : [
              shell`systemctl disable --now ${service}`,
              shell`mv ${path} ${path}.before`,
              shell`systemctl daemon-reload`,
            ];
        const start = init
          ? [
              shell`mv ${path}.before ${path}`,
              shell`update-rc.d ${service} defaults`,
              withoutTerminal(shell`service ${service} start`),
            ]
          : [
              shell`mv ${path}.before ${path}`,
              shell`systemctl daemon-reload`,
              shell`systemctl enable --now ${service}`,
            ];
        return { server: id, lines: action === 'remove' ? remove : start, ...elsewhere };
      }),
  );
}

/** The move from workers to Esup-Runner, and the return to them. */
export const RUNNER = {
  'runner.settings': { emit: addedSettings },
  'runner.cron': { emit: cronFiles },
  'runner.cron.start': { emit: startCron },
  /** The numbers of the tasks that the former workers still have to run. */
  'runner.queues': {
    emit: (reader) => {
      const { deployment } = withWorkers(reader);
      const queues = (['worker', 'encoding', 'transcription'] as const).map((role) => QUEUES[role]);
      return onAny(
        ...queues.map((queue) => ask(deployment, shell`LLEN ${plain(queue)}`, 'encoding')),
        ask(deployment, shell`HLEN unacked`, 'encoding'),
      );
    },
  },
  'runner.workers.remove': { emit: (reader) => onWorkers(reader, 'remove') },
  'runner.workers.start': { emit: (reader) => onWorkers(reader, 'start') },
  'runner.cron.stop': {
    emit: (reader) => {
      const { deployment, ...elsewhere } = withRunner(reader);
      const group = deployment.servers.find(({ roles }) => roles.includes('cron'));
      if (group === undefined || deployment.service === 'container') return [];
      const line =
        deployment.service === 'init'
          ? shell`rm /etc/cron.d/${plain(RUNNER_UNIT)}`
          : shell`systemctl disable --now ${plain(RUNNER_UNIT)}.timer`;
      return [{ server: group.id, lines: [line], ...elsewhere }];
    },
  },
} as const satisfies Record<string, Procedure>;
