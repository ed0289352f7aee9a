import { DEFAULTS } from '../../model/architecture.ts';
import { runsDjango } from '../../model/servers.ts';
import { DJANGO_SETTINGS } from '../../pod/workers.ts';
import type { FindingDefinition } from '../finding.ts';
import type { FileOf } from '../read/files.ts';
import { linesAfter, type Edit } from '../repair/edits.ts';
import { ENCODING_UNIT_TEXT, pair, unit } from './exampleFiles.ts';

const VARIABLE = 'DJANGO_SETTINGS_MODULE';

/** The name that Pod's documentation gives the environment with Django. */
const WITH_DJANGO = DEFAULTS.venv.slice(DEFAULTS.venv.lastIndexOf('/'));

/** The path of the virtual environment in a worker's file; none where PATH says which. */
function environmentOf({ worker }: FileOf<'worker'>): string | undefined {
  const program =
    worker.variables.get('CELERY_BIN')?.text ??
    worker.words.find(({ text }) => text.endsWith('/celery'))?.text;
  return /^(\/.+)\/bin\/celery$/.exec(program ?? '')?.[1];
}

/** Adds the variable to a worker's file, below the others. */
function withVariable({ form, input, worker }: FileOf<'worker'>): Edit[] {
  const { text } = input;
  const last = [...worker.variables.values()].at(-1);
  if (form === 'systemd') {
    const after = last ?? worker.properties.get('WorkingDirectory');
    const line = `Environment=${VARIABLE}=${DJANGO_SETTINGS}`;
    return after ? linesAfter(text, after, line) : [];
  }
  if (form === 'init') {
    const after = worker.variables.get('CELERY_APP');
    return after ? linesAfter(text, after, `export ${VARIABLE}="${DJANGO_SETTINGS}"`) : [];
  }
  const line = `export ${VARIABLE}=${DJANGO_SETTINGS}`;
  if (last) return linesAfter(text, last, line);
  const [first] = worker.words;
  const starts = first && /(^|\n)[ \t]*$/.test(text.slice(0, first.from));
  return starts ? [{ from: first.from, to: first.from, insert: `${line}\n` }] : [];
}

/** Django beside an encoding worker, which then wants settings of it. */
export const workerDjango = [
  {
    code: 'worker-django',
    severity: 'warning',
    *worker(file) {
      const { input, role, worker } = file;
      if (role !== 'encoding' || worker.unfollowed.length > 0) return;
      if (worker.variables.get(VARIABLE)?.exported) return;
      const environment = environmentOf(file);
      if (environment === undefined || !worker.app) return;
      const { roles } = input;
      if (environment.endsWith(WITH_DJANGO) || (roles !== undefined && runsDjango(roles)))
        yield {
          at: worker.app,
          params: { environment: environment.slice(0, 80) },
          // On a separate server, Django would want the database too.
          repair: roles === undefined || runsDjango(roles) ? withVariable(file) : [],
        };
    },
    ...pair(`Environment=${VARIABLE}=${DJANGO_SETTINGS}\n`, '', unit(ENCODING_UNIT_TEXT)),
  },
] as const satisfies readonly FindingDefinition[];
