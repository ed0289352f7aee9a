import { CONFIG_MODULE } from '../../core/emit/worker.ts';
import { QUEUES } from '../../core/plan.ts';
import type { FileOf, Report } from '../report.ts';
import { gapsOf } from './others.ts';
import { at, isOpen, numberOf } from '../values.ts';
import { workerOption } from '../workerFile.ts';
import { without } from '../edits.ts';

const START = { from: 0, to: 0 };

/** What starts a worker. */
export function workers(file: FileOf<'worker'>, report: Report): void {
  const { worker, role, given, form } = file;
  const source = given.text;
  for (const span of worker.unfollowed.slice(0, 50)) report.add('not-understood', file, span);
  const broker = worker.variables.get('CELERY_BROKER_URL');
  if (broker?.exported) report.add('broker-environment', file, broker, {}, without(source, broker));
  if (role === undefined) return;

  const { app, words } = worker;
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
    const last = words.at(-1);
    const place = worker.variables.get('CELERYD_OPTS')?.value ?? (last && app ? app : undefined);
    const repair = given_
      ? given_.plain
        ? [{ from: given_.to - given_.text.length, to: given_.to, insert: queue }]
        : []
      : form === 'init'
        ? place
          ? [
              {
                from: place.from,
                to: place.from,
                insert: place.from === place.to ? `-Q ${queue}` : `-Q ${queue} `,
              },
            ]
          : []
        : last
          ? [{ from: last.to, to: last.to, insert: ` -Q ${queue}` }]
          : [];
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
  }
  microservice(file, report);
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
      report.add('visibility-timeout-missing', other, options?.statement ?? START, {
        limit,
        enough: limit + 3600,
        timeout: 3600,
      });
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
