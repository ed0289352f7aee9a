import type { Deployment } from '../model/deployment.ts';
import { RUNNER_COMMAND, RUNNER_MINUTES, RUNNER_UNIT } from '../pod/runner.ts';
import {
  CodeWriter,
  comment,
  name,
  plain,
  section,
  type Source,
  type Statement,
  type Token,
  type Writing,
} from './code.ts';
import { emitRights, program } from './worker.ts';

const CRON: Source = { server: 'cron' };

/** The log of the last run under cron, in the project's folder, where Pod's own documents have it. */
export const RUNNER_LOG = `pod/log/${RUNNER_COMMAND}.log`;

/** The file whose lock a run holds. */
const RUNNER_LOCK = `pod/log/${RUNNER_COMMAND}.lock`;

/** The paths of the cron job's files. */
export const RUNNER_PATHS = {
  service: `/etc/systemd/system/${RUNNER_UNIT}.service`,
  timer: `/etc/systemd/system/${RUNNER_UNIT}.timer`,
  crontab: `/etc/cron.d/${RUNNER_UNIT}`,
  container: 'start-cron.sh',
} as const;

/** The command of the cron job, in the project's folder. */
function command(deployment: Deployment): Token[] {
  return [program(deployment, 'cron', 'python'), plain(` manage.py ${RUNNER_COMMAND}`, CRON)];
}

/** The systemd unit that runs the cron job once; each statement has the name of its directive. */
export function emitRunnerService(deployment: Deployment, { say }: Writing): Statement[] {
  const { account, comments, paths } = deployment;
  const code = new CodeWriter(say, comments);
  const set = (key: string, ...value: Token[]) =>
    code.statement(key, [[name(key), plain('='), ...value]]);
  code.note('file.cron.what', CRON).note('file.cron.once', CRON);
  code.line(section('[Unit]'));
  set('Description', plain(say('file.cron.description')));
  set('Wants', plain('network-online.target'));
  set('After', plain('network-online.target'));
  code.gap().line(section('[Service]'));
  set('Type', plain('oneshot'));
  set('User', plain(account, { field: 'account' }));
  set('Group', plain(account, { field: 'account' }));
  set('WorkingDirectory', plain(paths.project, { field: 'project' }));
  set('ExecStart', ...command(deployment));
  emitRights(code, deployment, 'cron');
  return code.done();
}

/** The timer of {@link emitRunnerService}; a run that still goes on is not started a second time. */
export function emitRunnerTimer({ comments }: Deployment, { say }: Writing): Statement[] {
  const code = new CodeWriter(say, comments);
  const set = (key: string, value: string) =>
    code.statement(key, [[name(key), plain('='), plain(value)]]);
  code
    .note('file.cron.timer', CRON, { minutes: RUNNER_MINUTES })
    .note('file.unit.install', CRON)
    .note('file.unit.enable', CRON, { unit: `${RUNNER_UNIT}.timer` })
    .note('file.unit.logs', CRON, { unit: RUNNER_UNIT });
  code.line(section('[Unit]'));
  set('Description', say('file.cron.description'));
  code.gap().line(section('[Timer]'));
  set('OnCalendar', `*:0/${RUNNER_MINUTES}`);
  set('AccuracySec', '5s');
  code.gap().line(section('[Install]'));
  set('WantedBy', 'timers.target');
  return code.done();
}

/**
 * The cron job as a file of `/etc/cron.d`. The lock keeps a second run from starting beside one that takes long: it
 * would hand over the same tasks. No other account may open the file of the lock, or it could hold it.
 */
export function emitRunnerCrontab(deployment: Deployment, { say }: Writing): Statement[] {
  const { account, comments, paths } = deployment;
  const code = new CodeWriter(say, comments);
  code
    .note('file.cron.what', CRON)
    .note('file.cron.once', CRON)
    .note('file.cron.lock', CRON)
    .note('file.cron.log', CRON, { path: RUNNER_LOG });
  code.statement('cron', [
    [
      plain(`*/${RUNNER_MINUTES} * * * * `),
      plain(account, { field: 'account' }),
      plain(' cd '),
      plain(paths.project, { field: 'project' }),
      plain(` && (umask 077 && : >>${RUNNER_LOCK}) && flock -n ${RUNNER_LOCK} sh -c '`),
      ...command(deployment),
      plain(` >${RUNNER_LOG} 2>&1'`),
    ],
  ]);
  return code.done();
}

/** The script that runs the cron job in a container, which has no cron. */
export function emitRunnerLoop(deployment: Deployment, { say }: Writing): Statement[] {
  const code = new CodeWriter(say, deployment.comments);
  code.line(comment('#!/bin/sh'));
  code.note('file.cron.container', CRON).note('file.cron.once', CRON);
  code
    .line(plain('while true; do'))
    .statement(RUNNER_COMMAND, [[plain('  '), ...command(deployment)]])
    .line(plain(`  sleep ${RUNNER_MINUTES * 60}`))
    .line(plain('done'));
  return code.done();
}
