import type { ConfigFile } from '../../src/emit/files.ts';

/** The start of a worker by a generated file. */
export interface WorkerStart {
  /** A command of a shell, which stays in the foreground. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** The seconds after which the service starts a worker again that ended; none if it does not. */
  readonly restart?: number;
}

/** The assignments of a unit's `Environment=` lines, of which each may have several. */
function environmentOf(lines: readonly string[]): Record<string, string> {
  const assignments = lines.flatMap((line) =>
    [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
      ([, double, single, bare]) => double ?? single ?? bare ?? '',
    ),
  );
  return Object.fromEntries(
    assignments.map((each) => {
      const [name = ''] = each.split('=', 1);
      return [name, each.slice(name.length + 1)];
    }),
  );
}

/** The start of a worker by a systemd unit. */
function startByUnit(unit: string): WorkerStart {
  // systemd itself makes one % of two.
  const all = (key: string) =>
    [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) =>
      value.replaceAll('%%', '%'),
    );
  const get = (key: string) => all(key).at(-1) ?? '';
  return {
    command: `cd ${get('WorkingDirectory')}; exec ${get('ExecStart')}`,
    env: environmentOf(all('Environment')),
    ...(get('Restart') === 'always' && { restart: Number(get('RestartSec')) }),
  };
}

/**
 * The command by which Celery's init script starts a worker, without `su`: it sources the defaults and hands
 * them to `celery multi`. As for the script's own `dryrun`, nothing goes to the background, so that
 * the worker ends with the test.
 *
 * @param defaults the file that it sources
 */
function startByInit(defaults: string): WorkerStart {
  return {
    command:
      `. ${defaults}; exec $CELERY_BIN multi start $CELERYD_NODES --workdir=$CELERYD_CHDIR ` +
      '--pidfile=$CELERYD_PID_FILE --logfile=$CELERYD_LOG_FILE --loglevel=$CELERYD_LOG_LEVEL ' +
      '--app=$CELERY_APP $CELERYD_OPTS',
    env: { C_FAKEFORK: '1' },
  };
}

/**
 * The start of a worker by a file; nothing if the file starts none.
 *
 * @param place the path of the file on this machine
 * @param text its text there
 * @param project the folder of Pod's project there
 */
export function workerStart(
  { kind }: Pick<ConfigFile, 'kind'>,
  place: string,
  text: string,
  project: string,
): WorkerStart | undefined {
  switch (kind) {
    case 'systemd-unit':
      return startByUnit(text);
    case 'init-defaults':
      return startByInit(place);
    case 'container-start':
      return { command: `cd ${project}; exec sh ${place}`, env: {} };
    default:
      return undefined;
  }
}
