/**
 * The command that Pod's cron job runs where Esup-Runner encodes: it hands over the tasks that wait, and fetches the
 * results that no message has announced (pod/video_encode_transcript/management/commands/process_tasks.py, Pod 4.2.0).
 */
export const RUNNER_COMMAND = 'process_tasks';

/** The name of its systemd units, and of its file in `/etc/cron.d`. */
export const RUNNER_UNIT = 'pod-runner-tasks';

/** The time between two runs of the cron job, in minutes (Pod's own documents). */
export const RUNNER_MINUTES = 3;

/** The age at which Pod deletes finished tasks of the runner, in days; without it none is ever deleted. */
export const RUNNER_TASKS_DAYS = 60;

/** The mode of uploaded files: the runners read them through the web server's own program. */
export const UPLOAD_MODE = '0o644';

/** The port of the runner manager, and that of the first runner (documentation of Esup-Runner). */
const MANAGER_PORT = 8081;
const RUNNER_PORT = 8082;

/** The port of Pod's site. */
const SITE_PORT = 443;

/** The parties of the HTTP calls: Pod's web servers and its cron job, the manager, its runners. */
type Party = 'pod' | 'manager' | 'runner';

/** An HTTP connection that firewalls must let through. */
export interface RunnerCall {
  readonly from: Party;
  readonly to: Party;
  /** The port of the party that is called. */
  readonly port: number;
  /** The key of its text, after `runner.call.`. */
  readonly what: 'submit' | 'notify' | 'media' | 'run' | 'register';
}

/** Every HTTP connection of Esup-Runner; none of them reaches Redis. */
export const RUNNER_CALLS: readonly RunnerCall[] = [
  { from: 'pod', to: 'manager', port: MANAGER_PORT, what: 'submit' },
  { from: 'manager', to: 'pod', port: SITE_PORT, what: 'notify' },
  { from: 'runner', to: 'pod', port: SITE_PORT, what: 'media' },
  { from: 'manager', to: 'runner', port: RUNNER_PORT, what: 'run' },
  { from: 'runner', to: 'manager', port: MANAGER_PORT, what: 'register' },
];
