import { DOCKER_HOST } from '../../pod/limits.ts';
import { RUNNER_MINUTES, RUNNER_TASKS_DAYS, RUNNER_UNIT } from '../../pod/runner.ts';
import type { FileSet } from '../fileSet.ts';
import type { FindingDefinition } from '../finding.ts';
import type { CronJob } from '../read/cronFile.ts';
import {
  binding,
  handsToRunner,
  isOff,
  isOn,
  type FileOf,
  type SettingsFile,
} from '../read/files.ts';
import type { Span } from '../read/span.ts';
import { numberOf, textOf } from '../read/values.ts';
import { replace, replaceValue, setValue, without, type Edit } from '../repair/edits.ts';
import {
  CELERY_TEXT,
  cron,
  CRON_TEXT,
  pair,
  RUNNER_TEXT,
  settings,
  timer,
  TIMER_TEXT,
} from './exampleFiles.ts';

/** The time between two runs of the cron job that is worth a look, in minutes. */
const RARE = 10;

/** The function that starts an encoding; it alone asks for Esup-Runner (encode.py:63, Pod 4.2.0). */
const ENCODE = 'start_encode';

/** Settings of the microservices, which Esup-Runner comes before. */
const MICROSERVICES = new Set([
  'ENCODING_TRANSCODING_CELERY_BROKER_URL',
  'POD_API_URL',
  'POD_API_TOKEN',
]);

/** The settings that nothing reads any more where Esup-Runner encodes, with their statements. */
function unusedSettings(file: SettingsFile): Map<string, Span> {
  const { bindings, environment } = file.python;
  const worker = file.rolesKnown && file.roles.has('worker');
  const celery = worker || !isOff(file, 'CELERY_TO_ENCODE');
  const found = new Map<string, Span>();
  for (const [name, { statement }] of bindings)
    if (
      MICROSERVICES.has(name) ||
      (name === 'USE_REMOTE_ENCODING_TRANSCODING' && isOn(file, name)) ||
      // The names that Pod 4 never reads are another finding.
      (!celery && /^CELERY_(?!TO_ENCODE$|NAME$|BACKEND$|BROKER$|CONFIG_MODULE$)/.test(name))
    )
      found.set(name, statement);
  const name = 'CELERY_CONFIG_MODULE';
  const module = environment.get(name) ?? bindings.get(name);
  // xAPI has the same module.
  if (module && isOff(file, 'USE_XAPI')) found.set(name, module.statement);
  return found;
}

/** Removes statements of the top level; no edit where another statement names what they set. */
function withoutStatements(file: SettingsFile, statements: ReadonlyMap<string, Span>): Edit[] {
  const { text } = file.input;
  const spans = [...statements.values()];
  const inside = (at: number) => spans.some(({ from, to }) => at >= from && at < to);
  const code = text.replace(/#.*/g, (comment) => ' '.repeat(comment.length));
  const named = new RegExp(String.raw`\b(?:${[...statements.keys()].join('|')})\b`, 'g');
  if ([...code.matchAll(named)].some(({ index }) => !inside(index))) return [];
  const shared = [...file.python.bindings].some(
    ([name, { statement }]) => !statements.has(name) && inside(statement.from),
  );
  const compound = /^(?:if|try|for|while|with|def|class|async)\b/;
  if (spans.some(({ from }) => compound.test(text.slice(from, from + 10)))) return [];
  if (shared || spans.some(({ from }) => from > 0 && text[from - 1] !== '\n')) return [];
  // One statement may give two of the settings their value.
  const once = new Map(spans.map((span) => [span.from, span]));
  const edits = [...once.values()].map((span) => without(text, span));
  return edits.every((each) => each.length > 0) ? edits.flat() : [];
}

/** The name of a unit or of a timer, without its folder and its kind. */
const unitOf = (name: string) => /([^/\\]*?)\.(?:service|timer)(?:\.txt)?$/i.exec(name)?.[1];

/** Whether a schedule is that of the cron job; a timer may be that of another unit. */
function isOfJob({ cron: { unit }, form, input }: FileOf<'cron'>, files: FileSet): boolean {
  if (form !== 'timer') return true;
  const started = unitOf(unit ?? input.name);
  return (
    started === RUNNER_UNIT ||
    files
      .of('cron')
      .some((other) => other.form === 'systemd' && unitOf(other.input.name) === started)
  );
}

/** Whether two commands may handle the same tasks: those of one Pod, and of one site. */
function sharesTasks(a: CronJob, b: CronJob): boolean {
  const project = a.project === undefined || b.project === undefined;
  return a.site === b.site && (project || a.project.text === b.project.text);
}

/** Esup-Runner, and its cron job. */
export const runner = [
  // Any other function encodes on the web server itself.
  {
    code: 'runner-not-reached',
    severity: 'error',
    *settings(file) {
      const encode = binding(file, 'ENCODE_VIDEO');
      if (!encode || !handsToRunner(file)) return;
      const name = textOf(encode.value);
      if (name !== undefined && name !== ENCODE)
        yield {
          at: encode.statement,
          params: { given: name.slice(0, 60) },
          repair: replaceValue(encode.value, `"${ENCODE}"`),
        };
    },
    ...pair(
      '"start_encode"',
      '"encode_video"',
      settings(`ENCODE_VIDEO = "start_encode"\n${RUNNER_TEXT}`),
    ),
  },
  // Both would read the same list of waiting tasks, which nothing locks (process_tasks.py, Pod 4.2.0).
  {
    code: 'runner-cron-twice',
    severity: 'error',
    *cron(file, files) {
      const all = files
        .of('cron')
        .flatMap(({ cron: { jobs }, input }) => jobs.map((job) => ({ job, name: input.name })));
      for (const job of file.cron.jobs) {
        const at = all.findIndex((each) => each.job === job);
        const first = all.slice(0, at).find((each) => sharesTasks(each.job, job));
        if (first) yield { at: job, params: { other: first.name.slice(0, 100) } };
      }
    },
    example: [
      cron(CRON_TEXT, { name: 'cron/pod-runner-tasks' }),
      cron(CRON_TEXT, { name: 'web/pod-runner-tasks' }),
    ],
    nearMiss: [
      cron(CRON_TEXT, { name: 'cron/pod-runner-tasks' }),
      cron(CRON_TEXT.replaceAll('podv4', 'pod-test'), { name: 'web/pod-runner-tasks' }),
    ],
    repairable: false,
  },
  // The scheme of the addresses that Pod gives to Esup-Runner (runner_manager.py:128, Pod 4.2.0).
  {
    code: 'runner-http',
    severity: 'warning',
    *settings(file) {
      const runs = binding(file, 'USE_RUNNER_MANAGER');
      const setting = 'SECURE_SSL_REDIRECT';
      if (!runs || !handsToRunner(file) || !isOff(file, setting)) return;
      // Pod's Docker set-up is reached without TLS.
      if (file.connections.some(({ host }) => host === DOCKER_HOST)) return;
      yield { at: (binding(file, setting) ?? runs).statement };
    },
    ...pair('SECURE_SSL_REDIRECT = True\n', '', settings(RUNNER_TEXT)),
    repairable: false,
  },
  {
    code: 'runner-cron-missing',
    severity: 'advice',
    *settings(file, files) {
      const runs = binding(file, 'USE_RUNNER_MANAGER');
      const known = files.files.filter(({ kind }) => kind !== 'other');
      if (!runs || known.length < 2 || files.of('cron').length > 0) return;
      if (files.of('settings').find(handsToRunner) === file) yield { at: runs.statement };
    },
    example: [settings(RUNNER_TEXT), settings(RUNNER_TEXT, { name: 'second/settings_local.py' })],
    nearMiss: [settings(RUNNER_TEXT), cron(CRON_TEXT)],
    repairable: false,
  },
  {
    code: 'runner-cron-rare',
    severity: 'advice',
    *cron(file, files) {
      if (!isOfJob(file, files)) return;
      for (const schedule of file.cron.schedules)
        if (schedule.minutes > RARE)
          yield {
            at: schedule,
            params: { minutes: Math.round(schedule.minutes), usual: RUNNER_MINUTES },
            repair: replace(schedule, schedule.usual),
          };
    },
    ...pair('0/3', '0/30', timer(TIMER_TEXT)),
  },
  // Without the setting, the job deletes none (process_tasks.py:434, Pod 4.2.0).
  {
    code: 'runner-tasks-kept',
    severity: 'advice',
    *settings(file) {
      const runs = binding(file, 'USE_RUNNER_MANAGER');
      const setting = 'RM_TASKS_DELETED_AFTER_DAYS';
      const days = binding(file, setting);
      if (!runs || !handsToRunner(file)) return;
      if (days ? days.value.kind === 'unknown' : file.python.incomplete) return;
      if (days && (numberOf(days.value) ?? 0) > 0) return;
      yield {
        at: (days ?? runs).statement,
        params: { days: RUNNER_TASKS_DAYS },
        repair: setValue(file, setting, String(RUNNER_TASKS_DAYS), runs.statement),
      };
    },
    ...pair('DAYS = 60', 'DAYS = 0', settings(RUNNER_TEXT)),
  },
  // The presentations of BigBlueButton are all that Celery still gets (import_video/views.py:954, Pod 4.2.0).
  {
    code: 'runner-celery',
    severity: 'advice',
    *settings(file, files) {
      const celery = binding(file, 'CELERY_TO_ENCODE');
      if (!celery || !handsToRunner(file) || !isOn(file, 'CELERY_TO_ENCODE')) return;
      const presentations = !isOff(file, 'USE_IMPORT_VIDEO_BBB_RECORDER');
      const worker = files.of('worker').some(({ role }) => role === 'worker');
      if (!presentations && !worker) yield { at: celery.statement };
    },
    example: [settings(CELERY_TEXT + RUNNER_TEXT)],
    nearMiss: [settings(`USE_IMPORT_VIDEO_BBB_RECORDER = True\n${CELERY_TEXT}${RUNNER_TEXT}`)],
    repairable: false,
  },
  {
    code: 'runner-unused',
    severity: 'advice',
    *settings(file) {
      if (!handsToRunner(file)) return;
      const unused = unusedSettings(file);
      const [first] = unused.values();
      if (first)
        yield {
          at: first,
          params: { settings: [...unused.keys()].join(', ').slice(0, 200) },
          repair: withoutStatements(file, unused),
        };
    },
    example: [
      settings(
        `USE_REMOTE_ENCODING_TRANSCODING = True
ENCODING_TRANSCODING_CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"
POD_API_URL = "https://pod.example.org/rest"
CELERY_TASK_ACKS_LATE = True
${RUNNER_TEXT}`,
      ),
    ],
    nearMiss: [settings(`CELERY_TO_ENCODE = False\n${RUNNER_TEXT}`)],
  },
] as const satisfies readonly FindingDefinition[];
