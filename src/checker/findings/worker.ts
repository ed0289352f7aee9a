import { CONFIG_MODULE, QUEUES } from '../../pod/workers.ts';
import type { FileOf, Report } from '../report.ts';
import { gapsOf } from './others.ts';
import { at, isOpen, numberOf } from '../read/values.ts';
import { workerOption } from '../read/workerFile.ts';
import { linesAfter, linesAtEnd, withEntry, without } from '../repair/edits.ts';
import type { Edit } from '../findings.ts';
import type { WorkerRole } from '../../pod/roles.ts';

const START = { from: 0, to: 0 };

/** Gives a worker an option: after the word “worker”, or at the head of what its init script hands over. */
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

/** What starts a worker. */
export function workers(file: FileOf<'worker'>, report: Report): void {
  const { worker, role, given, form } = file;
  const source = given.text;
  for (const span of worker.unfollowed.slice(0, 50)) report.add('not-understood', file, span);
  const broker = worker.variables.get('CELERY_BROKER_URL');
  if (broker?.exported) report.add('broker-environment', file, broker, {}, without(source, broker));
  const { app, words, properties } = worker;
  if (role === undefined) {
    report.add('not-understood', file, app ?? properties.get('ExecStart') ?? START);
    return;
  }
  if (form !== 'init' && app && !words.some(({ text }) => text === 'worker' || text === 'multi'))
    report.add(
      'worker-word',
      file,
      app,
      {},
      app.plain ? [{ from: app.to, to: app.to, insert: ' worker' }] : [],
    );

  const queue = QUEUES[role];
  const given_ = workerOption(worker, '-Q', '--queues');
  const listens = given_?.text.split(',') ?? ['celery'];
  if (!listens.includes(queue)) {
    const repair = given_
      ? given_.plain
        ? [{ from: given_.to - given_.text.length, to: given_.to, insert: queue }]
        : []
      : withOption(file, `-Q ${queue}`);
    report.add(
      'worker-queue',
      file,
      given_ ?? app ?? START,
      { queue, given: listens.join().slice(0, 60) },
      repair,
    );
  }

  // celery multi takes the value of such an option for one more node.
  if (worker.multi)
    for (const [index, word] of words.entries()) {
      const next = words[index + 1];
      if (
        /^--(concurrency|time-limit|prefetch-multiplier|max-tasks-per-child)$/.test(word.text) &&
        next &&
        !next.text.startsWith('-')
      )
        report.add('worker-spaces', file, { from: word.from, to: next.to }, { option: word.text }, [
          { from: word.to, to: next.from, insert: '=' },
        ]);
    }

  if (role === 'worker' || role === 'encoding' || role === 'transcription') {
    const limit = workerOption(worker, '--time-limit');
    if (!limit) report.add('worker-limit', file, app ?? START);
    atATime(file, role, report);
  }
  restart(file, report);
  microservice(file, report);
}

/** How many tasks a worker runs, and holds, at a time. */
function atATime(file: FileOf<'worker'>, role: WorkerRole, report: Report): void {
  const { worker } = file;
  const place = worker.app ?? START;
  const django = report.of('settings');
  const modules = report.of('module');
  // Only a Celery worker reads Django's settings; the others have a module, or their arguments.
  const elsewhere = (name: string) =>
    role === 'worker'
      ? django.some(
          ({ python }) => python.open || python.bindings.has(`CELERY_${name.toUpperCase()}`),
        )
      : worker.words.some(({ text }) => text.startsWith(`${name}=`)) ||
        (worker.variables.has('CELERY_CONFIG_MODULE') &&
          (modules.length === 0 ||
            modules.some(({ python }) => python.open || python.bindings.has(name))));
  const one = '--concurrency=1';
  if (
    !workerOption(worker, '-c', '--concurrency', '--autoscale') &&
    !elsewhere('worker_concurrency')
  )
    report.add('worker-concurrency', file, place, { option: one }, withOption(file, one));
  const held = '--prefetch-multiplier=1';
  if (!workerOption(worker, '--prefetch-multiplier') && !elsewhere('worker_prefetch_multiplier'))
    report.add('worker-prefetch', file, place, { option: held }, withOption(file, held));
}

/** A worker that ends when Redis does, with status 0, which `on-failure` takes for a success (kombu issue 2582). */
function restart(file: FileOf<'worker'>, report: Report): void {
  if (file.form !== 'systemd') return;
  const { properties } = file.worker;
  const said = properties.get('Restart');
  const start = properties.get('ExecStart');
  if (said?.text === 'always' || !start) return;
  report.add(
    'worker-restart',
    file,
    said ?? start,
    { given: said?.text.slice(0, 40) ?? 'no' },
    said
      ? [{ ...said.value, insert: 'always' }]
      : linesAfter(file.given.text, start, 'Restart=always'),
  );
}

/** How long a microservice's tasks stay its own: by the module that it names, or by its arguments. */
function microservice({ worker, role, ...file }: FileOf<'worker'>, report: Report): void {
  if (role !== 'encoding' && role !== 'transcription') return;
  const limit = Number(workerOption(worker, '--time-limit')?.text ?? 86_400);
  const module = worker.variables.get('CELERY_CONFIG_MODULE');
  const argument = worker.words.some(({ text }) => text.startsWith('broker_transport_options='));
  const whole = { ...file, worker, role } as FileOf<'worker'>;
  if (!module && !argument && limit >= 3600)
    report.add('visibility-timeout-missing', whole, worker.app ?? START, {
      limit,
      enough: limit + 3600,
      timeout: 3600,
      module: CONFIG_MODULE,
    });
  for (const other of report.of('module')) {
    const options = other.python.bindings.get('broker_transport_options');
    const seconds = numberOf(at(options?.value, 'visibility_timeout'));
    if (module && seconds !== undefined && seconds <= limit && options)
      report.add(
        'visibility-timeout-short',
        other,
        at(options.value, 'visibility_timeout') ?? options.statement,
        { timeout: seconds, limit, enough: limit + 3600 },
        [{ ...spanOf(at(options.value, 'visibility_timeout')), insert: String(limit + 3600) }],
      );
    if (module && seconds === undefined && !isOpen(options?.value) && !other.python.open)
      report.add(
        'visibility-timeout-missing',
        other,
        options?.statement ?? START,
        { limit, enough: limit + 3600, timeout: 3600 },
        options?.value.kind === 'dict'
          ? withEntry(other.given.text, options.value, 'visibility_timeout', String(limit + 3600))
          : options
            ? []
            : linesAtEnd(
                other.given.text,
                `broker_transport_options = {"visibility_timeout": ${limit + 3600}}`,
              ),
      );
    const late = other.python.bindings.get('task_acks_late');
    if (module && (late ? late.value.kind === 'flag' && !late.value.flag : !other.python.open))
      report.add(
        'acknowledged-early',
        other,
        late?.statement ?? START,
        { setting: 'task_acks_late' },
        late
          ? late.value.named === undefined
            ? [{ from: late.value.from, to: late.value.to, insert: 'True' }]
            : []
          : linesAtEnd(other.given.text, 'task_acks_late = True'),
      );
  }
}

function spanOf(value: { from: number; to: number } | undefined) {
  return value ? { from: value.from, to: value.to } : START;
}

/** The module that CELERY_CONFIG_MODULE names. */
export function modules(file: FileOf<'module'>, report: Report): void {
  for (const span of file.python.faults.slice(0, 20)) report.add('syntax', file, span);
  for (const span of gapsOf(file.python).unknown.slice(0, 50))
    report.add('not-understood', file, span);
}
