import type { FileSet } from '../fileSet.ts';
import type { FindingDefinition } from '../finding.ts';
import type { FileOf } from '../read/files.ts';
import { FILE_START } from '../read/span.ts';
import { isTruthy, type Value } from '../read/values.ts';
import { linesAfter, replace, type Edit } from '../repair/edits.ts';
import { but, defaults, DEFAULTS_TEXT, WORKER_UNIT_TEXT, pair, unit } from './exampleFiles.ts';
import { argument, isEncoder } from './workers.ts';

/** Celery's setting by which a worker that loses its broker stays and connects again; on by default. */
const RETRY = 'broker_connection_retry';
const DEDUPLICATE = 'worker_deduplicate_successful_tasks';
const RESULTS = 'result_backend';

/** The folder of results: systemd makes it, as a unit's StateDirectory. */
const STATE = 'pod-celery';

/** A setting of Celery as a worker has it; not there where nothing gives it, or where that is unknown. */
interface Given {
  /** No file that the worker reads is missing or only partly understood. */
  readonly known: boolean;
  readonly on?: boolean;
}

/** Whether the text of an argument is a false value (celery/utils/serialization.py, `strtobool`). */
const isFalse = (text: string) => /^(0|false|no|off)$/i.test(text);

/** A setting of Celery by the command, or else by the files that a worker reads. */
function given(file: FileOf<'worker'>, name: string, files: FileSet): Given {
  const word = argument(file, name);
  if (word) return { known: true, on: !isFalse(word.text.slice(name.length + 1)) };
  const { role, worker } = file;
  if (role !== 'worker' && !worker.variables.has('CELERY_CONFIG_MODULE')) return { known: true };
  const read = role === 'worker' ? files.of('settings') : files.of('module');
  const key = role === 'worker' ? `CELERY_${name.toUpperCase()}` : name;
  const values = read.flatMap(({ python }): Value[] => {
    const value = python.bindings.get(key)?.value;
    return value ? [value] : [];
  });
  const [value] = values;
  if (value)
    return value.kind === 'unknown' ? { known: false } : { known: true, on: isTruthy(value) };
  return {
    known: read.every(({ python }) => !python.incomplete) && (role === 'worker' || read.length > 0),
  };
}

/** Adds settings of Celery to a worker's command, behind `--`; no edit where a shell reads on behind it. */
function withArguments(file: FileOf<'worker'>, text: string): Edit[] {
  const { words, multi } = file.worker;
  const last = words.at(-1);
  if (!last || (multi && file.form !== 'init')) return [];
  if (words.some((word) => /[<>|;&`$]/.test(word.text))) return [];
  const dashes = words.find((word) => word.text === '--');
  const at = (dashes ?? last).to;
  return [{ from: at, to: at, insert: dashes ? ` ${text}` : ` -- ${text}` }];
}

/** Adds the arguments of results in files to a unit, and the folder; elsewhere, only readers can make it. */
function withResults(file: FileOf<'worker'>, text: string): Edit[] {
  const { form, input, worker } = file;
  const start = worker.properties.get('ExecStart');
  if (form !== 'systemd' || !start || worker.properties.has('StateDirectory')) return [];
  const edits = withArguments(file, `${text}${RESULTS}=file:///var/lib/${STATE}`);
  return edits.length === 0
    ? []
    : [...edits, ...linesAfter(input.text, start, `StateDirectory=${STATE}`)];
}

/** Whether systemd starts a worker again that has ended. */
const comesBack = ({ form, worker }: FileOf<'worker'>): boolean =>
  form === 'systemd' && !/^(no)?$/.test(worker.properties.get('Restart')?.text ?? '');

/**
 * Tasks that Redis hands out a second time: those during which the worker lost Redis, and those of a
 * worker that was killed.
 */
export const redelivery = [
  {
    code: 'worker-loses-redis',
    severity: 'warning',
    *worker(file, files) {
      const { form, role, worker } = file;
      const start = worker.properties.get('ExecStart');
      if (role === undefined || form !== 'systemd' || !start) return;
      // The worker would stay away: another finding asks for Restart=always first.
      if (worker.properties.get('Restart')?.text !== 'always') return;
      const { known, on } = given(file, RETRY, files);
      if (!known || on === false) return;
      const word = argument(file, RETRY);
      yield {
        at: word ?? worker.app ?? start,
        repair: word
          ? replace(word.plain ? word : undefined, `${RETRY}=0`)
          : withArguments(file, `${RETRY}=0 ${RETRY}_on_startup=1`),
      };
    },
    ...pair(`${RETRY}=0 `, '', unit(WORKER_UNIT_TEXT)),
  },
  {
    code: 'worker-stays-away',
    severity: 'error',
    *worker(file, files) {
      if (file.role === undefined || comesBack(file)) return;
      if (given(file, RETRY, files).on !== false) return;
      const word = argument(file, RETRY);
      yield {
        at: word ?? file.worker.app ?? FILE_START,
        repair: word?.plain ? replace(word, `${RETRY}=1`) : [],
      };
    },
    ...pair(
      `${RETRY}=1`,
      `${RETRY}=0`,
      defaults(but(DEFAULTS_TEXT, '--time-limit=86400', `--time-limit=86400 -- ${RETRY}=1`)),
    ),
  },
  {
    code: 'worker-redelivery',
    severity: 'advice',
    *worker(file, files) {
      if (!isEncoder(file)) return;
      const { known, on } = given(file, DEDUPLICATE, files);
      if (known && on !== true && !argument(file, DEDUPLICATE))
        yield {
          at: file.worker.app ?? FILE_START,
          repair: withResults(file, `${DEDUPLICATE}=1 `),
        };
    },
    ...pair(
      `${DEDUPLICATE}=1 ${RESULTS}=file:///var/lib/pod-celery`,
      `${RETRY}_on_startup=1`,
      unit(WORKER_UNIT_TEXT),
    ),
  },
  {
    code: 'worker-results',
    severity: 'error',
    *worker(file, files) {
      if (file.role === undefined || given(file, DEDUPLICATE, files).on !== true) return;
      if (file.worker.variables.has('CELERY_RESULT_BACKEND')) return;
      const results = given(file, RESULTS, files);
      if (results.known && results.on !== true)
        yield {
          at: argument(file, DEDUPLICATE) ?? file.worker.app ?? FILE_START,
          repair: withResults(file, ''),
        };
    },
    ...pair(` ${RESULTS}=file:///var/lib/pod-celery`, '', unit(WORKER_UNIT_TEXT)),
  },
] as const satisfies readonly FindingDefinition[];
