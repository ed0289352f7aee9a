import {
  DEFAULT_VISIBILITY_TIMEOUT,
  DOCUMENTED_TIME_LIMIT,
  VISIBILITY_MARGIN,
} from '../../pod/limits.ts';
import { CONFIG_MODULE } from '../../pod/workers.ts';
import type { FileSet } from '../fileSet.ts';
import type { FindingDefinition } from '../finding.ts';
import {
  binding,
  handsToRunner,
  isOff,
  isOn,
  type FileOf,
  type SettingsFile,
} from '../read/files.ts';
import { FILE_START } from '../read/span.ts';
import { isIncomplete, numberOf, valueAt, wholeNumber } from '../read/values.ts';
import { workerOption, type WorkerFile } from '../read/workerFile.ts';
import { replaceValue, setEntry, setValue, without } from '../repair/edits.ts';
import { CACHES_TEXT, MICROSERVICES_TEXT, pair, settings } from './exampleFiles.ts';
import { SESSIONS_TEXT, SETTINGS_TEXT } from './exampleFiles.ts';

/** The time limit of a worker's tasks in seconds; `undefined` where it does not have one. */
function timeLimit(worker: WorkerFile): number | undefined {
  return wholeNumber(workerOption(worker, '--time-limit')?.text);
}

/** The time limit of the Celery workers' tasks: of their commands, or else of the settings. */
function celeryTimeLimit(file: SettingsFile, files: FileSet): number {
  const limits = files
    .of('worker')
    .flatMap(({ role, worker }) => (role === 'worker' ? (timeLimit(worker) ?? []) : []));
  if (limits.length > 0) return Math.max(...limits);
  return numberOf(binding(file, 'CELERY_TASK_TIME_LIMIT')?.value) ?? DOCUMENTED_TIME_LIMIT;
}

/** Whether a worker is one of the microservices. */
function isMicroservice({ role }: FileOf<'worker'>): boolean {
  return role === 'encoding' || role === 'transcription';
}

/** The time limits of the microservices that read a configuration module. */
function moduleTimeLimits(files: FileSet): number[] {
  return files
    .of('worker')
    .filter((file) => isMicroservice(file) && file.worker.variables.has('CELERY_CONFIG_MODULE'))
    .map(({ worker }) => timeLimit(worker) ?? DOCUMENTED_TIME_LIMIT);
}

/** The parameters of a message about a visibility timeout, in seconds. */
const timeoutParams = (limit: number, timeout: number) => ({
  limit,
  enough: limit + VISIBILITY_MARGIN,
  timeout,
});

/** The visibility timeout of a settings file that a Celery worker uses; `undefined` for others. */
function visibilityOf(file: SettingsFile) {
  const celery = isOn(file, 'CELERY_TO_ENCODE') || (file.rolesKnown && file.roles.has('worker'));
  const broker = file.connections.find(({ setting }) => setting === 'CELERY_BROKER_URL');
  if (!celery || !broker || broker.transport === 'rabbitmq') return undefined;
  const options = binding(file, 'CELERY_BROKER_TRANSPORT_OPTIONS');
  return { broker, options, timeout: valueAt(options?.value, 'visibility_timeout') };
}

/** Tasks that are delivered twice, or not again after a crash. */
export const celery = [
  {
    code: 'visibility-timeout-missing',
    severity: 'error',
    *settings(file, files) {
      const found = visibilityOf(file);
      if (!found || found.timeout !== undefined) return;
      const { broker, options } = found;
      const limit = celeryTimeLimit(file, files);
      if (limit < DEFAULT_VISIBILITY_TIMEOUT) return;
      if (options ? isIncomplete(options.value) : file.python.incomplete) return;
      const before = binding(file, 'CELERY_TASK_ACKS_LATE') ?? binding(file, 'CELERY_BROKER_URL');
      const params = timeoutParams(limit, DEFAULT_VISIBILITY_TIMEOUT);
      yield {
        at: (options ?? before)?.statement ?? broker.span,
        params,
        repair: setEntry(
          file,
          'CELERY_BROKER_TRANSPORT_OPTIONS',
          'visibility_timeout',
          String(params.enough),
          before?.statement ?? broker.span,
        ),
      };
    },
    *module(file, files) {
      const options = binding(file, 'broker_transport_options');
      if (numberOf(valueAt(options?.value, 'visibility_timeout')) !== undefined) return;
      if (isIncomplete(options?.value) || file.python.incomplete) return;
      for (const limit of moduleTimeLimits(files)) {
        const params = timeoutParams(limit, DEFAULT_VISIBILITY_TIMEOUT);
        yield {
          at: options?.statement ?? FILE_START,
          params,
          repair: setEntry(
            file,
            'broker_transport_options',
            'visibility_timeout',
            String(params.enough),
          ),
        };
      }
    },
    *worker(file) {
      const { worker } = file;
      const limit = timeLimit(worker) ?? DOCUMENTED_TIME_LIMIT;
      const configured =
        worker.variables.has('CELERY_CONFIG_MODULE') ||
        worker.words.some(({ text }) => text.startsWith('broker_transport_options='));
      if (isMicroservice(file) && !configured && limit >= DEFAULT_VISIBILITY_TIMEOUT)
        yield {
          at: worker.app ?? FILE_START,
          params: {
            ...timeoutParams(limit, DEFAULT_VISIBILITY_TIMEOUT),
            module: CONFIG_MODULE,
          },
        };
    },
    ...pair('CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 90000}\n', ''),
  },
  {
    code: 'visibility-timeout-short',
    severity: 'error',
    *settings(file, files) {
      const timeout = visibilityOf(file)?.timeout;
      const seconds = numberOf(timeout);
      const limit = celeryTimeLimit(file, files);
      if (!timeout || seconds === undefined || seconds > limit) return;
      const params = timeoutParams(limit, seconds);
      yield { at: timeout, params, repair: replaceValue(timeout, String(params.enough)) };
    },
    *module(file, files) {
      const options = binding(file, 'broker_transport_options');
      const timeout = valueAt(options?.value, 'visibility_timeout');
      const seconds = numberOf(timeout);
      if (!timeout || seconds === undefined) return;
      for (const limit of moduleTimeLimits(files)) {
        const params = timeoutParams(limit, seconds);
        if (seconds <= limit)
          yield { at: timeout, params, repair: replaceValue(timeout, String(params.enough)) };
      }
    },
    ...pair('90000', '3600 * 24'),
  },
  // A task that is acknowledged before it runs is lost when its worker is killed.
  {
    code: 'acknowledged-early',
    severity: 'warning',
    *settings(file) {
      const celery = binding(file, 'CELERY_TO_ENCODE');
      if (!celery || !isOn(file, 'CELERY_TO_ENCODE')) return;
      const setting = 'CELERY_TASK_ACKS_LATE';
      const after = (binding(file, 'CELERY_BROKER_URL') ?? celery).statement;
      if (isOff(file, setting))
        yield {
          at: (binding(file, setting) ?? celery).statement,
          params: { setting },
          repair: setValue(file, setting, 'True', after),
        };
    },
    module(file, files) {
      const setting = 'task_acks_late';
      if (!isOff(file, setting)) return [];
      return moduleTimeLimits(files).map(() => ({
        at: binding(file, setting)?.statement ?? FILE_START,
        params: { setting },
        repair: setValue(file, setting, 'True'),
      }));
    },
    ...pair('CELERY_TASK_ACKS_LATE = True', 'CELERY_TASK_ACKS_LATE = False'),
  },
  // The workers of the microservices and of xAPI have no Django, which reads the CELERY_* settings.
  {
    code: 'microservice-ignores',
    severity: 'warning',
    *settings(file) {
      const { rolesKnown, roles, python, input } = file;
      const microservice = rolesKnown && !roles.has('web') && !roles.has('worker');
      if (isOn(file, 'CELERY_TO_ENCODE') || handsToRunner(file)) return;
      if (!isOn(file, 'USE_REMOTE_ENCODING_TRANSCODING') && !microservice) return;
      for (const [setting, { statement }] of python.bindings)
        if (/^CELERY_(?!TO_ENCODE$|BROKER_URL$|NAME$|BACKEND$|BROKER$)/.test(setting))
          yield { at: statement, params: { setting }, repair: without(input.text, statement) };
    },
    example: [
      settings(`${MICROSERVICES_TEXT}CELERY_TASK_ACKS_LATE = True\n${CACHES_TEXT}${SESSIONS_TEXT}`),
    ],
    nearMiss: [settings(`CELERY_TASK_ACKS_LATE = True\n${SETTINGS_TEXT}`)],
  },
] as const satisfies readonly FindingDefinition[];
