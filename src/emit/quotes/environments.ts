import { planVariant, type Deployment } from '../../model/deployment.ts';
import { runsDjango, type ServerGroup } from '../../model/servers.ts';
import { KOMBU_REQUIREMENT } from '../../pod/clients.ts';
import { asPod } from '../account.ts';
import { plain, string, type Line } from '../code.ts';
import { shell } from '../shell.ts';
import { environmentField, notesResults, program } from '../worker.ts';
import type { Procedure, Quote } from './procedure.ts';

/** The path of the rule that removes old notes of finished tasks. */
const RESULTS_RULE = '/etc/tmpfiles.d/pod-celery.conf';

/** The age at which a note of a finished task is removed; above the visibility timeout of any form. */
const RESULTS_AGE = '30d';

/** The servers with an environment of Pod's; none in containers, whose image is one. */
function groupsOf({ redis, servers }: Deployment): readonly ServerGroup[] {
  return redis.container ? [] : servers.filter(({ id }) => id !== 'redis');
}

/** Whether servers of a group encode. */
const encodes = ({ arch }: Deployment, { roles }: ServerGroup): boolean =>
  arch === 'standalone' || roles.includes('worker') || roles.includes('encoding');

/** Whether servers of a group transcribe, where anything does. */
const transcribes = ({ arch }: Deployment, { roles }: ServerGroup): boolean =>
  arch === 'standalone' || roles.includes('worker') || roles.includes('transcription');

/** The Debian packages for the environment of a group's servers and for their workers. */
function packagesOf(deployment: Deployment, group: ServerGroup): string {
  return [
    'python3-venv',
    ...(encodes(deployment, group) ? ['ffmpeg'] : []),
    ...(deployment.transcription && transcribes(deployment, group)
      ? ['sox', 'libsox-fmt-mp3']
      : []),
  ].join(' ');
}

/** A command of pip in the environment of a group's servers. */
function pip(deployment: Deployment, { id }: ServerGroup, ...requirements: Line[]): Line {
  const words = requirements.flatMap((each) => [plain(' '), ...each]);
  return asPod(deployment, shell`${program(deployment, id, 'pip')} install${words}`);
}

/** The same deployment with transcription, and whether the reader's has none. */
function transcribing(reader: Deployment): Pick<Quote, 'elsewhere'> & { deployment: Deployment } {
  if (reader.transcription) return { deployment: reader };
  return { deployment: planVariant(reader, { transcription: true }), elsewhere: true };
}

/** A command of pip on the servers that transcribe. */
function onTranscribers(reader: Deployment, requirements: string): Quote[] {
  const { deployment, ...elsewhere } = transcribing(reader);
  return groupsOf(deployment)
    .filter((group) => transcribes(deployment, group))
    .map((group) => ({
      server: group.id,
      lines: [pip(deployment, group, [plain(requirements)])],
      ...elsewhere,
    }));
}

/** Whether a path is below a folder that Pod's account owns. */
const isPods = ({ account, paths }: Deployment, path: string): boolean =>
  [`/home/${account}`, ...Object.values(paths)].some((folder) => path.startsWith(`${folder}/`));

/** The virtual environments of Pod's servers, and what their workers need beside them. */
export const ENVIRONMENTS = {
  'workers.packages': {
    emit: (deployment) =>
      groupsOf(deployment).map((group) => ({
        server: group.id,
        lines: [shell`apt-get install --yes ${plain(packagesOf(deployment, group))}`],
      })),
  },
  /**
   * One call of pip for both, so that it never installs a kombu that refuses Pod's redis-py. Where no
   * server of the group runs Django, requirements-encode.txt is all: with Django beside it every
   * encoding fails (run on Pod 4.2.0).
   */
  'workers.environment': {
    emit: (deployment) =>
      groupsOf(deployment).map((group) => {
        const field = environmentField(deployment, group.id);
        const name = runsDjango(group.roles) ? 'requirements.txt' : 'requirements-encode.txt';
        const account = plain(deployment.account, { field: 'account' });
        const path = plain(deployment.paths[field], { field });
        const requirements = [
          plain('-r '),
          plain(`${deployment.paths.project}/${name}`, { field: 'project' }),
        ];
        return {
          server: group.id,
          lines: [
            // In a folder of Pod's account, a link of this account would lead root elsewhere.
            isPods(deployment, deployment.paths[field])
              ? asPod(deployment, shell`mkdir -p ${path}`)
              : shell`install -d -o ${account} -g ${account} ${path}`,
            asPod(deployment, shell`python3 -m venv ${path}`),
            pip(deployment, group, requirements, [string(`'${KOMBU_REQUIREMENT}'`)]),
          ],
        };
      }),
  },
  /** numpy, because Pod imports it always and vosk does not bring it. */
  'workers.vosk': { emit: (deployment) => onTranscribers(deployment, 'vosk==0.3.45 numpy') },
  'workers.whisper': {
    emit: (deployment) => onTranscribers(deployment, 'openai-whisper'),
    example: 'workers.example.whisper',
  },
  'workers.results': {
    emit: (deployment) =>
      groupsOf(deployment)
        .filter(({ roles }) => roles.some((role) => notesResults(role)))
        .map(({ id }) => ({
          server: id,
          path: RESULTS_RULE,
          lines: [
            shell`e ${plain(deployment.paths.results, { field: 'results' })} - - - ${plain(RESULTS_AGE)}`,
          ],
        })),
  },
} as const satisfies Record<string, Procedure>;
