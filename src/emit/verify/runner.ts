import { QUEUES } from '../../pod/workers.ts';
import { RUNNER_COMMAND, RUNNER_UNIT } from '../../pod/runner.ts';
import { plain, type Source } from '../code.ts';
import { RUNNER_LOG, RUNNER_PATHS } from '../runner.ts';
import { shell } from '../shell.ts';
import { PRINT_LAST_LINE, type ShellScript } from './script.ts';

const CRON: Source = { server: 'cron' };

/** The age of the last run from which on something is wrong, in minutes. */
const LATE = 10;

/** Whether a script is for a server that hands tasks to Esup-Runner. */
export const handsToRunner = ({ deployment, group }: ShellScript): boolean =>
  deployment.arch === 'runner' && group.roles.includes('web');

/**
 * The lines of a Python script that ask each active runner manager whether it is well, and print a line for each: its
 * state and its address. The health address is `manager/health` up to the manager's version 1.7, `api/health` from 1.8
 * on (the changelog of Esup-Runner). The token goes where Pod itself sends it.
 */
export const MANAGER_SCRIPT: readonly string[] = [
  'try:',
  '    import requests',
  '    from pod.video_encode_transcript.models import RunnerManager',
  '    managers = list(RunnerManager.objects.filter(is_active=True))',
  'except Exception as error:',
  '    print("redis-pod manager old", type(error).__name__, flush=True)',
  '    managers = None',
  'if managers == []:',
  '    print("redis-pod manager none", flush=True)',
  'for manager in managers or []:',
  '    state = ""',
  '    for path in ("api/health", "manager/health"):',
  '        try:',
  '            state = requests.get(manager.url.rstrip("/") + "/" + path, headers={"Authorization": f"Bearer {manager.token}"}, timeout=5, stream=True, allow_redirects=False).status_code',
  '        except Exception as error:',
  '            state = type(error).__name__',
  '        if state != 404:',
  '            break',
  '    print("redis-pod manager", state, manager.url, flush=True)',
  'print("redis-pod manager end", flush=True)',
];

/** The verdicts on the lines of {@link MANAGER_SCRIPT}, which are in the variable `said`. */
export function emitManagerVerdicts(script: ShellScript): void {
  const source: Source = { field: 'arch' };
  const place = shell`${script.text('verify.manager', {}, source)} "$url:"`;
  script.add(
    shell`while read -r _ _ state url; do`,
    shell`  case $state in`,
    shell`    200 | 204) good ${place} ${script.text('verify.manager.good', {}, source)} ;;`,
    shell`    401 | 403) bad ${place} ${script.text('verify.manager.token', {}, source)} ;;`,
    shell`    end) ;;`,
    shell`    none) bad ${script.text('verify.manager.none', {}, source)} ;;`,
    shell`    old) bad ${script.text('verify.manager.old', {}, source)} "$url" ;;`,
    shell`    *) bad ${place} ${script.text('verify.manager.silent', {}, source)} "$state" ;;`,
    shell`  esac`,
    shell`done < <(grep '^redis-pod manager ' <<<"$said")`,
    shell`[[ $said == *'redis-pod manager end'* ]] || bad ${script.text('verify.manager', {}, source)} ${script.text('verify.manager.silent', {}, source)}`,
  );
}

/** The check of the last run of the cron job, which runs on one server and on no other. */
export function emitCronChecks(script: ShellScript): void {
  const { group, deployment } = script;
  if (!handsToRunner(script) || deployment.redis.container) return;
  const systemd = deployment.service === 'systemd';
  const here = systemd
    ? shell`systemctl is-active --quiet ${plain(RUNNER_UNIT)}.timer`
    : shell`[ -f ${plain(RUNNER_PATHS.crontab)} ]`;
  script.code.gap().note('file.verify.cron', CRON);
  if (!group.roles.includes('cron')) {
    script.add(shell`! ${here} || bad ${script.text('verify.cron.second', {}, CRON)}`);
    return;
  }
  const enable = systemd ? `systemctl enable --now ${RUNNER_UNIT}.timer` : RUNNER_PATHS.crontab;
  const log = systemd ? `journalctl -n 20 -u ${RUNNER_UNIT}` : `tail ${RUNNER_LOG}`;
  const failed = script.text('verify.cron.failed', { command: log }, CRON);
  script.add(
    shell`if ! ${here}; then`,
    shell`  bad ${script.text(systemd ? 'verify.cron.timer' : 'verify.cron.missing', { enable }, CRON)}`,
  );
  if (systemd)
    script.add(
      shell`else`,
      shell`  said=$(systemctl show -p ExecMainExitTimestamp --value ${plain(RUNNER_UNIT)}.service)`,
      shell`  case $(systemctl show -p Result --value ${plain(RUNNER_UNIT)}.service) in`,
      shell`    success) good ${script.text('verify.cron.good', {}, CRON)} "$said" ;;`,
      shell`    *) bad ${failed} ;;`,
      shell`  esac`,
      shell`fi`,
    );
  else
    script.add(
      shell`elif [ -z "$(find ${plain(RUNNER_LOG)} -type f -mmin -${plain(String(LATE))} 2>/dev/null)" ]; then`,
      shell`  bad ${script.text('verify.cron.late', { minutes: LATE, path: RUNNER_LOG }, CRON)}`,
      shell`elif as_pod grep -q '^Traceback' ${plain(RUNNER_LOG)} </dev/null; then`,
      shell`  bad ${failed}`,
      shell`  said=$(as_pod tail -c 4096 ${plain(RUNNER_LOG)} </dev/null)`,
      shell`  ${PRINT_LAST_LINE}`,
      shell`else`,
      shell`  good ${script.text('verify.cron.good', {}, CRON)} "$(date -r ${plain(RUNNER_LOG)})"`,
      shell`fi`,
    );
}

/** The check that the queues of an architecture of before are empty: no worker takes a task from them any more. */
export function emitOldQueueChecks(script: ShellScript): void {
  if (!handsToRunner(script)) return;
  const { bbb, databaseNumbers } = script.deployment;
  const source: Source = { database: 'encoding' };
  const number = databaseNumbers.encoding;
  const queues = (['worker', 'encoding', 'transcription'] as const)
    .filter((role) => role !== 'worker' || !bbb)
    .map((role) => QUEUES[role]);
  script.code.gap().note('file.verify.oldQueues', source);
  script.addFunction(
    'empty',
    shell`said=$(ask -n ${plain(String(number), source)} "$@")`,
    shell`case $said in`,
    shell`  0) ;;`,
    shell`  '' | *[!0-9]*) explain "$2:" "$said" ;;`,
    shell`  *) bad "$2: $said" ${script.text('verify.oldQueues', { command: RUNNER_COMMAND }, source)} ;;`,
    shell`esac`,
  );
  for (const queue of queues) script.add(shell`empty LLEN ${plain(queue, source)}`);
  if (!bbb) script.add(shell`empty HLEN unacked`);
}
