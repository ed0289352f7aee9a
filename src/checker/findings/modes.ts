import { BROKERS, type BrokerSetting } from '../read/connections.ts';
import { linesAfter, linesAtEnd, withEntry, without } from '../repair/edits.ts';
import { binding, type SettingsFile } from '../read/files.ts';
import { urlLike } from '../repair/generated.ts';
import type { SettingsRule, Report } from '../report.ts';
import { at, isOpen, isTrue, numberOf, textOf, type Span } from '../read/values.ts';
import { workerOption } from '../read/workerFile.ts';

/** After how many seconds Celery's Redis transport hands a task out again (kombu 5.2.4). */
const KOMBU_TIMEOUT = 3600;

/** The `--time-limit` of Pod's own documents, in seconds. */
const DOCUMENTED_LIMIT = 86_400;

/** How much later than the limit a task may come back, in seconds, as the generator has it. */
const MARGIN = 3600;

const START: Span = { from: 0, to: 0 };

/** The switch of each kind of encoding, or xAPI, with the broker that it needs. */
const SWITCHES = {
  CELERY_TO_ENCODE: 'CELERY_BROKER_URL',
  USE_REMOTE_ENCODING_TRANSCODING: 'ENCODING_TRANSCODING_CELERY_BROKER_URL',
  USE_XAPI: 'XAPI_CELERY_BROKER_URL',
} as const;

/** Both ways of encoding at once: the Celery worker would publish to the microservices in turn. */
export const bothModes: SettingsRule = (file, report) => {
  const celery = binding(file, 'CELERY_TO_ENCODE');
  const remote = binding(file, 'USE_REMOTE_ENCODING_TRANSCODING');
  if (!celery || !remote || !isTrue(celery.value) || !isTrue(remote.value)) return;
  const has = (setting: BrokerSetting) => binding(file, setting) !== undefined;
  // The one without a broker cannot have been working; of two that might, only the reader knows.
  const off =
    has('CELERY_BROKER_URL') === has('ENCODING_TRANSCODING_CELERY_BROKER_URL')
      ? undefined
      : has('CELERY_BROKER_URL')
        ? remote.value
        : celery.value;
  report.add(
    'both-modes',
    file,
    remote.statement,
    {},
    off?.kind === 'flag' && off.named === undefined
      ? [{ from: off.from, to: off.to, insert: 'False' }]
      : [],
  );
};

/** A way of encoding that is on and has no broker: Celery takes RabbitMQ on the server itself. */
export const brokerMissing: SettingsRule = (file, report) => {
  for (const [name, setting] of Object.entries(SWITCHES)) {
    const turned = binding(file, name);
    const url = binding(file, setting);
    const empty = url && (url.value.kind === 'none' || textOf(url.value) === '');
    if (!turned || !isTrue(turned.value) || (url && !empty) || (!url && file.python.open)) continue;
    const text = urlLike(file, BROKERS[setting], 'celery');
    const repair =
      text === undefined
        ? []
        : url
          ? [{ from: url.value.from, to: url.value.to, insert: text }]
          : linesAfter(file.given.text, turned.statement, `${setting} = ${text}`);
    report.add(
      'broker-missing',
      file,
      (url ?? turned).statement,
      { setting, switch: name },
      repair,
    );
  }
  for (const role of ['encoding', 'transcription', 'xapi', 'worker'] as const) {
    const setting =
      role === 'worker'
        ? 'CELERY_BROKER_URL'
        : role === 'xapi'
          ? 'XAPI_CELERY_BROKER_URL'
          : 'ENCODING_TRANSCODING_CELERY_BROKER_URL';
    const known = Object.entries(SWITCHES).some(
      ([name, url]) => url === setting && isTrue(binding(file, name)?.value),
    );
    if (!file.said || !file.roles.has(role) || known || binding(file, setting) || file.python.open)
      continue;
    const text = urlLike(file, BROKERS[setting], 'celery');
    report.add(
      'broker-missing',
      file,
      START,
      { setting, switch: role },
      text === undefined ? [] : linesAtEnd(file.given.text, `${setting} = ${text}`),
    );
    // Both microservices read one setting.
    if (role === 'encoding') break;
  }
};

/** A broker that nothing is published to, since the switch is off. */
export const brokerUnused: SettingsRule = (file, report) => {
  if (!file.roles.has('web')) return;
  for (const [name, setting] of Object.entries(SWITCHES)) {
    const url = binding(file, setting);
    const turned = binding(file, name);
    const off =
      turned === undefined ? !file.python.open : turned.value.kind === 'flag' && !turned.value.flag;
    if (url && off) report.add('broker-unused', file, url.statement, { setting, switch: name });
  }
};

/** The limit of the Celery worker's tasks, where a file says it. */
function limitOf(report: Report, file: SettingsFile): number | undefined {
  const limits = report
    .of('worker')
    .filter(({ role }) => role === 'worker')
    .flatMap(
      ({ worker }) =>
        numberOf({
          kind: 'string',
          text: workerOption(worker, '--time-limit')?.text ?? '',
          pieces: [],
          ...START,
        }) ?? [],
    );
  const own = numberOf(binding(file, 'CELERY_TASK_TIME_LIMIT')?.value);
  return limits.length > 0 ? Math.max(...limits) : own;
}

/** Tasks that Redis hands out again before they can have ended. */
export const visibilityTimeout: SettingsRule = (file, report) => {
  const celery =
    isTrue(binding(file, 'CELERY_TO_ENCODE')?.value) || (file.said && file.roles.has('worker'));
  const url = file.connections.find(({ setting }) => setting === 'CELERY_BROKER_URL');
  if (!celery || !url || url.transport === 'rabbitmq') return;
  const options = binding(file, 'CELERY_BROKER_TRANSPORT_OPTIONS');
  const value = options?.value;
  const timeout = at(value, 'visibility_timeout');
  const source = file.given.text;
  const limit = limitOf(report, file) ?? DOCUMENTED_LIMIT;
  const enough = limit + MARGIN;
  const params = { limit, enough };
  if (timeout === undefined) {
    if (isOpen(value) || (value === undefined && file.python.open) || limit < KOMBU_TIMEOUT) return;
    const late = binding(file, 'CELERY_TASK_ACKS_LATE') ?? binding(file, 'CELERY_BROKER_URL');
    const repair =
      value?.kind === 'dict'
        ? withEntry(source, value, 'visibility_timeout', String(enough))
        : value
          ? []
          : linesAfter(
              source,
              late?.statement ?? url.span,
              `CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": ${enough}}`,
            );
    report.add(
      'visibility-timeout-missing',
      file,
      (options ?? late)?.statement ?? url.span,
      { ...params, timeout: KOMBU_TIMEOUT },
      repair,
    );
    return;
  }
  const seconds = numberOf(timeout);
  if (seconds === undefined || seconds > limit) return;
  report.add(
    'visibility-timeout-short',
    file,
    timeout,
    { ...params, timeout: seconds },
    timeout.named === undefined
      ? [{ from: timeout.from, to: timeout.to, insert: String(enough) }]
      : [],
  );
};

/** Tasks that are lost when a worker is killed. */
export const acknowledgedEarly: SettingsRule = (file, report) => {
  const turned = binding(file, 'CELERY_TO_ENCODE');
  const late = binding(file, 'CELERY_TASK_ACKS_LATE');
  if (!turned || !isTrue(turned.value) || (!late && file.python.open)) return;
  if (late && (late.value.kind !== 'flag' || late.value.flag)) return;
  report.add(
    'acknowledged-early',
    file,
    (late ?? turned).statement,
    { setting: 'CELERY_TASK_ACKS_LATE' },
    late
      ? late.value.named === undefined
        ? [{ from: late.value.from, to: late.value.to, insert: 'True' }]
        : []
      : linesAfter(
          file.given.text,
          (binding(file, 'CELERY_BROKER_URL') ?? turned).statement,
          'CELERY_TASK_ACKS_LATE = True',
        ),
  );
};

/** What the workers of the microservices and of xAPI do not read: they have no Django. */
export const microserviceIgnores: SettingsRule = (file, report) => {
  const celery = isTrue(binding(file, 'CELERY_TO_ENCODE')?.value);
  const remote = isTrue(binding(file, 'USE_REMOTE_ENCODING_TRANSCODING')?.value);
  const alone = file.said && !file.roles.has('web') && !file.roles.has('worker');
  if (celery || !(remote || alone)) return;
  for (const [name, { statement }] of file.python.bindings)
    if (/^CELERY_(?!TO_ENCODE$|BROKER_URL$|NAME$|BACKEND$|BROKER$)/.test(name))
      report.add(
        'microservice-ignores',
        file,
        statement,
        { setting: name },
        without(file.given.text, statement),
      );
};
