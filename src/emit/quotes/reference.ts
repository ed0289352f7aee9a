import { DEFAULTS, type Architecture } from '../../model/architecture.ts';
import { lineText, type Line, type Writing } from '../code.ts';
import {
  NAMED_SENTINELS,
  REDIS_DIRECTIVES,
  SENTINEL_DIRECTIVES,
  type Directive,
} from '../../model/directives.ts';
import { filesOf, type ConfigFile } from '../files.ts';
import { plan, type Deployment } from '../../model/deployment.ts';
import type { Procedure, Quote } from './procedure.ts';
import { MODULE_SETTINGS, SETTINGS, type Setting } from '../../model/settings.ts';

/** Which lines of which files show a name of the reference. */
interface Shown {
  readonly file: (file: ConfigFile) => boolean;
  /** Whether a line is the first that has it. */
  readonly begins: (line: string) => boolean;
}

const named = (name: string) => (file: ConfigFile) => file.name === name;

/** What starts a worker, by systemd, by an init script or in a container. */
const startsWorker = ({ name, path }: ConfigFile) =>
  path.endsWith('.service') || path.startsWith('/etc/default/') || name.startsWith('start-');

/** The whole statement that begins at a line: until its bracket closes, if it opens one. */
function statement(lines: readonly Line[], at: number): Line[] {
  const [first = [], ...rest] = lines.slice(at);
  if (!/[[({]$/.test(lineText(first))) return [first];
  const end = rest.findIndex((line) => /^[\])}]/.test(lineText(line)));
  return [first, ...rest.slice(0, end + 1)];
}

/** The files of a deployment: who shows one of their lines shows many. */
const written = new WeakMap<Deployment, { writing: Writing; files: readonly ConfigFile[] }>();

function filesFor(deployment: Deployment, writing: Writing): readonly ConfigFile[] {
  const kept = written.get(deployment);
  if (kept?.writing.say === writing.say && kept.writing.password === writing.password)
    return kept.files;
  const files = filesOf(deployment, writing);
  written.set(deployment, { writing, files });
  return files;
}

function quotes(deployment: Deployment, writing: Writing, { file, begins }: Shown): Quote[] {
  for (const each of filesFor(deployment, writing).filter(file)) {
    const lines = each.lines.flatMap((line, at) =>
      begins(lineText(line)) && line[0]?.kind !== 'comment' ? statement(each.lines, at) : [],
    );
    const { server, host, path, name } = each;
    if (lines.length > 0)
      return [{ server, ...(host !== undefined && { host }), path: path || name, lines }];
  }
  return [];
}

/** The deployments that have what the reader's may lack, by what is chosen in them. */
const others = new Map<string, Deployment>();

/** Shows a name in the reader's files, or in those of an architecture that has it. */
function example(shown: Shown, choices: Partial<Architecture> = {}): Procedure {
  return {
    emit: (deployment, writing) => {
      const own = quotes(deployment, writing, shown);
      if (own.length > 0) return own;
      const key = JSON.stringify(choices);
      const other = others.get(key) ?? plan({ ...DEFAULTS, ...choices });
      others.set(key, other);
      return quotes(other, writing, shown).map((quote) => ({ ...quote, elsewhere: true }));
    },
  };
}

const settings = Object.entries<Setting>(SETTINGS).map(([name, setting]): [string, Procedure] => [
  name,
  example(
    {
      file: named('settings_local.py'),
      begins: (line) => line.startsWith(`${name} = `),
    },
    setting.example,
  ),
]);

const module = Object.entries<Setting>(MODULE_SETTINGS).map(
  ([name, setting]): [string, Procedure] => [
    name,
    example(
      name === 'CELERY_CONFIG_MODULE'
        ? {
            file: (file) => startsWorker(file) || file.name === 'settings_local.py',
            begins: (line) => /CELERY_CONFIG_MODULE("\] )?=/.test(line),
          }
        : { file: named('podceleryconf.py'), begins: (line) => line.startsWith(`${name} = `) },
      setting.example,
    ),
  ],
);

const directives = Object.entries<Directive>(REDIS_DIRECTIVES).map(
  ([name, directive]): [string, Procedure] => [
    `redis-${name}`,
    example(
      { file: named('redis.conf'), begins: (line) => line.startsWith(`${name} `) },
      directive.example,
    ),
  ],
);

const sentinels = Object.keys(SENTINEL_DIRECTIVES).map((name): [string, Procedure] => [
  `sentinel-${name}`,
  example(
    {
      file: named('sentinel.conf'),
      begins: (line) => line.startsWith(`${name} `) || line.startsWith(`sentinel ${name} `),
    },
    NAMED_SENTINELS,
  ),
]);

/**
 * What the reference shows of each of its names, by the name's anchor: lines of the files that the
 * generator writes, never others.
 */
export const EXAMPLES: ReadonlyMap<string, Procedure> = new Map([
  ...settings,
  ...module,
  ...directives,
  ...sentinels,
  [
    'workers',
    example({ file: startsWorker, begins: (line) => line.includes('--concurrency=') }),
  ] satisfies [string, Procedure],
]);
