import type { Deployment } from '../../model/deployment.ts';
import type { TextKey } from '../../model/say.ts';
import { runsDjango } from '../../model/servers.ts';
import { KOMBU_REQUIREMENT, REFUSING_KOMBU } from '../../pod/clients.ts';
import type { WorkerRole } from '../../pod/roles.ts';
import { APPS, DJANGO_SETTINGS, UNITS } from '../../pod/workers.ts';
import { asPod } from '../account.ts';
import { lineText, plain, string, type Line, type Source } from '../code.ts';
import { shell } from '../shell.ts';
import { defaultsPath, environmentField, program } from '../worker.ts';
import { PRINT_LAST_LINE, type ShellScript } from './script.ts';

/** The time that an environment may take to load a worker's task, in seconds. */
const LOAD_TIMEOUT = '60';

/** A Python script that prints the versions of kombu and redis-py where the first refuses the second. */
const VERSIONS = [
  'from importlib.metadata import version',
  'def numbers(name):',
  '    return tuple(int(part) for part in version(name).split(".")[:2])',
  `if numbers("kombu") >= (${REFUSING_KOMBU.kombu.join(', ')}) and numbers("redis") < (${REFUSING_KOMBU.redis.join(', ')}):`,
  '    print("kombu", version("kombu"), "redis", version("redis"))',
];

/**
 * A Python script that loads what encodes: in an environment with Django it fails unless Django knows
 * Pod's settings (pod/video_encode_transcript/encoding_utils.py; run on Pod 4.2.0).
 */
const ENCODING = [
  'from pod.video_encode_transcript import Encoding_video, encoding_studio',
  'import shutil',
  'for program in ("ffmpeg", "ffprobe"):',
  '    assert shutil.which(program), f"{program} is not installed"',
];

/**
 * A Python script that loads what transcribes, and looks for its model and for SoX with its mp3 format:
 * Pod calls SoX whatever transcribes (pod/video_encode_transcript/transcript_model.py). As in the worker, `pod.main`
 * comes first: it names Django's settings, which an environment with Django needs. Whisper finds
 * its models by name, in a folder that it fills itself.
 */
const TRANSCRIPTION = [
  'import os, shutil, subprocess',
  'import pod.main',
  'from pod.video_encode_transcript import transcript_model as transcript',
  'assert transcript.USE_TRANSCRIPTION, "USE_TRANSCRIPTION is not True in settings_local.py"',
  'models = (transcript.TRANSCRIPTION_MODEL_PARAM or {}).get(transcript.TRANSCRIPTION_TYPE)',
  'assert models, f"TRANSCRIPTION_MODEL_PARAM has no model for {transcript.TRANSCRIPTION_TYPE}"',
  'for language, options in models.items():',
  '    model = options.get("model", "")',
  '    found = transcript.TRANSCRIPTION_TYPE != "VOSK" or os.path.isdir(model)',
  '    assert found, f"the model of {language} is not in {model}"',
  'assert shutil.which("sox"), "SoX is not installed: apt install sox libsox-fmt-mp3"',
  'formats = subprocess.run(["sox", "--help"], capture_output=True, text=True).stdout',
  'assert " mp3 " in formats, "SoX has no mp3 format: apt install libsox-fmt-mp3"',
];

/** A here-document with a Python script. */
const heredoc = (lines: readonly string[]): Line[] => [
  ...lines.map((line): Line => [string(line)]),
  [string('PYTHON')],
];

/**
 * The line that reads the variables of a worker's service as it is installed, not as it should be; none
 * where the server's own are enough.
 */
function readVariables({ service }: Deployment, role: WorkerRole): Line[] {
  if (role === 'worker') return [];
  if (service === 'systemd')
    return [
      shell`read -ra variables < <(systemctl show --property=Environment --value ${plain(UNITS[role])} 2>/dev/null)`,
    ];
  if (service === 'init')
    return [
      shell`mapfile -t variables < <(sed -n 's/^export \([A-Z_]*\)="\(.*\)"$/\1=\2/p' ${plain(defaultsPath(role))} 2>/dev/null)`,
    ];
  return [];
}

/** The check that a script runs in a worker's environment; its last line of output says why not. */
function emitLoadCheck(
  script: ShellScript,
  role: WorkerRole,
  lines: readonly string[],
  good: TextKey,
  bad: TextKey,
): void {
  const { deployment } = script;
  const source: Source = { server: role };
  const variables = readVariables(deployment, role);
  const environment =
    role === 'worker'
      ? shell`env DJANGO_SETTINGS_MODULE=${plain(DJANGO_SETTINGS)} `
      : variables.length > 0
        ? shell`env "\${variables[@]}" `
        : [];
  script.add(
    ...variables,
    shell`if said=$(as_pod ${environment}timeout ${plain(LOAD_TIMEOUT)} ${program(deployment, role, 'python')} - <<${string("'PYTHON'")}`,
    // The worker loads its application first; that of transcriptions tells Django where Pod's settings are.
    ...heredoc([`import ${APPS[role]}`, ...lines]),
    shell`); then`,
    shell`  good ${script.text(good, {}, source)}`,
    shell`else`,
    shell`  bad ${script.text(bad, {}, source)}`,
    shell`  ${PRINT_LAST_LINE}`,
    shell`fi`,
  );
}

/**
 * The checks of a server's virtual environment: versions that refuse each other, Django where it must
 * not be, and what each worker's task needs. A worker answers without any of it.
 */
export function emitEnvironmentChecks(script: ShellScript): void {
  const { deployment, group } = script;
  // Each container has the worker of one role.
  const roles = deployment.redis.container ? [group.id] : group.roles;
  const usesCelery = deployment.uses.some(
    ({ server, queue }) => server === group.id && queue !== undefined,
  );
  if (!usesCelery) return;
  const field = environmentField(deployment, group.id);
  const source: Source = { field };
  const python = program(deployment, group.id, 'python');
  const install = shell`${program(deployment, group.id, 'pip')} install ${string(`'${KOMBU_REQUIREMENT}'`)}`;
  const command = lineText(asPod(deployment, install));
  script.code.note('file.verify.versions', source);
  script.add(
    shell`said=$(as_pod timeout ${plain(LOAD_TIMEOUT)} ${python} - <<${string("'PYTHON'")}`,
    ...heredoc(VERSIONS),
    shell`)`,
    shell`case $said in`,
    shell`  kombu*) bad "$said:" ${script.text('verify.versions', { command }, source)} && finish ;;`,
    shell`esac`,
  );
  const encodes = roles.includes('encoding');
  const transcribes = deployment.transcription
    ? roles.find((role) => role === 'transcription' || role === 'worker')
    : undefined;
  if (encodes || transcribes !== undefined) script.code.note('file.verify.loads');
  if (encodes && !runsDjango(roles) && !deployment.redis.container)
    script.add(
      shell`! as_pod ${python} -c 'import django' </dev/null >/dev/null || bad ${script.text('verify.django', { path: deployment.paths[field] }, source)}`,
    );
  if (encodes)
    emitLoadCheck(script, 'encoding', ENCODING, 'verify.encoding.good', 'verify.encoding.bad');
  if (transcribes !== undefined)
    emitLoadCheck(
      script,
      transcribes,
      TRANSCRIPTION,
      'verify.transcription.good',
      'verify.transcription.bad',
    );
}
