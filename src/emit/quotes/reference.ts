import { DEFAULTS, type Architecture } from '../../model/architecture.ts';
import { plan, type Deployment } from '../../model/deployment.ts';
import {
  NAMED_SENTINELS,
  REDIS_DIRECTIVES,
  SENTINEL_DIRECTIVES,
  type DirectiveReference,
} from '../../model/directives.ts';
import { MODULE_SETTINGS, SETTINGS, type Setting } from '../../model/settings.ts';
import { linesOf, type Writing } from '../code.ts';
import { filesOf, WORKER_KINDS, type ConfigFile, type ConfigFileKind } from '../files.ts';
import type { Procedure, Quote } from './procedure.ts';

/** The statements that show a name of the reference: their names, and the kinds of their files. */
interface Shown {
  readonly kinds: readonly ConfigFileKind[];
  readonly names: readonly string[];
}

/*
 * A page has some fifty examples from the same files. Without the two caches each example would emit
 * them again: measured, 1.8 ms an example instead of 0.3 ms. The results are the same either way.
 */

/** The files of each deployment, and what they were written with. */
const filesByDeployment = new WeakMap<
  Deployment,
  { writing: Writing; files: readonly ConfigFile[] }
>();

/** The deployments of other architectures, by their choices. */
const deploymentsByChoices = new WeakMap<Partial<Architecture>, Deployment>();

function filesFor(deployment: Deployment, writing: Writing): readonly ConfigFile[] {
  const known = filesByDeployment.get(deployment);
  if (known?.writing.say === writing.say && known.writing.password === writing.password)
    return known.files;
  const files = filesOf(deployment, writing);
  filesByDeployment.set(deployment, { writing, files });
  return files;
}

function deploymentWith(choices: Partial<Architecture>): Deployment {
  const known = deploymentsByChoices.get(choices) ?? plan({ ...DEFAULTS, ...choices });
  deploymentsByChoices.set(choices, known);
  return known;
}

/** The quote of the first file that has such statements. */
function quotes(deployment: Deployment, writing: Writing, { kinds, names }: Shown): Quote[] {
  for (const file of filesFor(deployment, writing)) {
    if (!kinds.includes(file.kind)) continue;
    const { server, host, path, statements } = file;
    const lines = linesOf(
      statements.filter(({ name }) => name !== undefined && names.includes(name)),
    );
    if (lines.length > 0)
      return [{ server, ...(host !== undefined && { host }), path: path || file.name, lines }];
  }
  return [];
}

/** Shows a name in the reader's files, or in those of an architecture that has it. */
function example(shown: Shown, choices: Partial<Architecture> = {}): Procedure {
  return {
    emit: (deployment, writing) => {
      const own = quotes(deployment, writing, shown);
      if (own.length > 0) return own;
      return quotes(deploymentWith(choices), writing, shown).map((quote) => ({
        ...quote,
        elsewhere: true,
      }));
    },
  };
}

const settings = Object.entries<Setting>(SETTINGS).map(([name, setting]): [string, Procedure] => [
  name,
  example({ kinds: ['settings'], names: [name] }, setting.example),
]);

const module = Object.entries<Setting>(MODULE_SETTINGS).map(
  ([name, setting]): [string, Procedure] => {
    const kinds: readonly ConfigFileKind[] =
      name === 'CELERY_CONFIG_MODULE' ? [...WORKER_KINDS, 'settings'] : ['celery-module'];
    return [name, example({ kinds, names: [name] }, setting.example)];
  },
);

const directives = Object.entries<DirectiveReference>(REDIS_DIRECTIVES).map(
  ([name, directive]): [string, Procedure] => [
    `redis-${name}`,
    example({ kinds: ['redis-conf'], names: [name] }, directive.example),
  ],
);

const sentinels = Object.entries<DirectiveReference>(SENTINEL_DIRECTIVES).map(
  ([name, directive]): [string, Procedure] => [
    `sentinel-${name}`,
    example(
      { kinds: ['sentinel-conf'], names: [name] },
      { ...NAMED_SENTINELS, ...directive.example },
    ),
  ],
);

/**
 * The examples of the reference, by the anchors of the names that they show: lines of the files that
 * the generator writes, never others.
 */
export const REFERENCE_QUOTES: ReadonlyMap<string, Procedure> = new Map([
  ...settings,
  ...module,
  ...directives,
  ...sentinels,
  [
    'workers',
    example({ kinds: WORKER_KINDS, names: ['ExecStart', 'CELERYD_OPTS', 'exec'] }),
  ] satisfies [string, Procedure],
]);
