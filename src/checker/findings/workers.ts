import { QUEUES } from '../../pod/workers.ts';
import type { FileSet } from '../fileSet.ts';
import type { FindingDefinition, Rules } from '../finding.ts';
import type { FileOf } from '../read/files.ts';
import { FILE_START } from '../read/span.ts';
import { workerOption, type Word } from '../read/workerFile.ts';
import { linesAfter, replace, type Edit } from '../repair/edits.ts';
import {
  but,
  DEFAULTS_TEXT,
  defaults,
  pair,
  settings,
  SETTINGS_TEXT,
  unit,
  UNIT_TEXT,
} from './exampleFiles.ts';

/** Adds an option to a worker's command, or to the variable that an init script passes to it. */
function withOption({ worker, form }: FileOf<'worker'>, text: string): Edit[] {
  const { app, variables, words } = worker;
  if (form === 'init') {
    const value = variables.get('CELERYD_OPTS')?.value;
    if (!value) return [];
    const insert = value.from === value.to ? text : `${text} `;
    return [{ from: value.from, to: value.from, insert }];
  }
  const after = words.find((word) => word.text === 'worker' && app && word.from > app.to);
  return after ? [{ from: after.to, to: after.to, insert: ` ${text}` }] : [];
}

/** Whether a worker encodes or transcribes, which takes long and keeps a processor busy. */
export function isEncoder({ role }: FileOf<'worker'>): boolean {
  return role !== undefined && role !== 'xapi';
}

/** The argument of a worker's command that gives a setting of Celery a value: `-- NAME=VALUE`. */
export const argument = ({ worker }: FileOf<'worker'>, name: string): Word | undefined =>
  worker.words.find(({ text }) => text.startsWith(`${name}=`));

/** Whether a worker's configuration has a setting, or may have it in a part that is not known. */
function isConfigured(file: FileOf<'worker'>, name: string, files: FileSet): boolean {
  const { role, worker } = file;
  if (argument(file, name)) return true;
  // Only a Celery worker reads Django's settings; the others have a module or arguments.
  if (role === 'worker')
    return files
      .of('settings')
      .some(
        ({ python }) => python.incomplete || python.bindings.has(`CELERY_${name.toUpperCase()}`),
      );
  const modules = files.of('module');
  return (
    worker.variables.has('CELERY_CONFIG_MODULE') &&
    (modules.length === 0 ||
      modules.some(({ python }) => python.incomplete || python.bindings.has(name)))
  );
}

/** A rule for encoders that lack an option, which the repair adds. */
const needsOption = (option: string, setting: string, ...names: string[]): Rules => ({
  *worker(file, files) {
    const { worker } = file;
    if (!isEncoder(file) || workerOption(worker, ...names)) return;
    if (!isConfigured(file, setting, files))
      yield {
        at: worker.app ?? FILE_START,
        params: { option },
        repair: withOption(file, option),
      };
  },
});

/** The commands that start workers. */
export const workers = [
  {
    code: 'worker-queue',
    severity: 'error',
    *worker(file) {
      const { worker, role } = file;
      if (role === undefined) return;
      const queue = QUEUES[role];
      const option = workerOption(worker, '-Q', '--queues');
      const queues = option?.text.split(',') ?? ['celery'];
      if (queues.includes(queue)) return;
      const span = option?.plain
        ? { from: option.to - option.text.length, to: option.to }
        : undefined;
      yield {
        at: option ?? worker.app ?? FILE_START,
        params: { queue, given: queues.join().slice(0, 60) },
        repair: option ? replace(span, queue) : withOption(file, `-Q ${queue}`),
      };
    },
    ...pair(' -Q xapi', '', unit(UNIT_TEXT)),
  },
  {
    code: 'worker-word',
    severity: 'error',
    *worker({ worker, role, form }) {
      const { app, words } = worker;
      if (role === undefined || form === 'init' || !app) return;
      if (!words.some(({ text }) => text === 'worker' || text === 'multi'))
        yield {
          at: app,
          repair: app.plain ? [{ from: app.to, to: app.to, insert: ' worker' }] : [],
        };
    },
    ...pair('xapi_tasks worker', 'xapi_tasks', unit(UNIT_TEXT)),
  },
  // celery multi takes the value of such an option for one more node.
  {
    code: 'worker-spaces',
    severity: 'error',
    *worker({ worker, role }) {
      if (role === undefined || !worker.multi) return;
      for (const [index, word] of worker.words.entries()) {
        const next = worker.words[index + 1];
        if (
          /^--(concurrency|time-limit|prefetch-multiplier|max-tasks-per-child)$/.test(word.text) &&
          next &&
          !next.text.startsWith('-')
        )
          yield {
            at: { from: word.from, to: next.to },
            params: { option: word.text },
            repair: [{ from: word.to, to: next.from, insert: '=' }],
          };
      }
    },
    ...pair('--concurrency=1', '--concurrency 1', defaults(DEFAULTS_TEXT)),
  },
  // A worker ends when Redis does, with status 0, which `on-failure` takes for a success (kombu issue 2582).
  {
    code: 'worker-restart',
    severity: 'warning',
    *worker({ worker, role, form, input }) {
      if (role === undefined || form !== 'systemd') return;
      const restart = worker.properties.get('Restart');
      const start = worker.properties.get('ExecStart');
      if (!start || restart?.text === 'always') return;
      yield {
        at: restart ?? start,
        params: { given: restart?.text.slice(0, 40) ?? 'no' },
        repair: restart
          ? replace(restart.value, 'always')
          : linesAfter(input.text, start, 'Restart=always'),
      };
    },
    ...pair('Restart=always', 'Restart=on-failure', unit(UNIT_TEXT)),
  },
  {
    code: 'worker-limit',
    severity: 'advice',
    *worker(file) {
      const { worker } = file;
      if (isEncoder(file) && !workerOption(worker, '--time-limit'))
        yield { at: worker.app ?? FILE_START };
    },
    ...pair(' --time-limit=86400', '', defaults(DEFAULTS_TEXT)),
    repairable: false,
  },
  {
    code: 'worker-concurrency',
    severity: 'advice',
    ...needsOption('--concurrency=1', 'worker_concurrency', '-c', '--concurrency', '--autoscale'),
    ...pair(' --concurrency=1', '', defaults(DEFAULTS_TEXT)),
  },
  {
    code: 'worker-prefetch',
    severity: 'advice',
    ...needsOption(
      '--prefetch-multiplier=1',
      'worker_prefetch_multiplier',
      '--prefetch-multiplier',
    ),
    example: [defaults(but(DEFAULTS_TEXT, ' --prefetch-multiplier=1', ''))],
    nearMiss: [defaults(DEFAULTS_TEXT), settings(SETTINGS_TEXT)],
  },
] as const satisfies readonly FindingDefinition[];
