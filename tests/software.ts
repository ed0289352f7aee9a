import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { PYTHON_VERSION } from './stacks/stacks.ts';

/** Limits on where a program is needed, and on which executable is accepted. */
interface Conditions {
  /** Needed on Linux only: elsewhere its tests are skipped. */
  readonly linux?: boolean;
  /** Needed by the full set only. */
  readonly full?: boolean;
  /** Needed to run Pod itself only. */
  readonly pod?: boolean;
  /** A Python statement that the program must run without an error. */
  readonly statement?: string;
}

/** A program that the tests run. */
export interface Program extends Conditions {
  /** The Debian packages of the program. */
  readonly packages: string;
  /** The tests' use of the program, shown with the request to install it. */
  readonly purpose: string;
  /** The program's path, or undefined if it is not installed. */
  readonly find: () => string | undefined;
}

/** All programs that the tests run. */
export const PROGRAMS: Program[] = [];

/**
 * Adds a program to {@link PROGRAMS}.
 *
 * @param names its names in PATH, or its paths, in order of preference
 * @returns a function that returns its path, or throws an error that names the missing packages
 */
function program(
  packages: string,
  purpose: string,
  names: readonly string[],
  conditions: Conditions = {},
): () => string {
  const { statement } = conditions;
  const find = () =>
    executables(names).find(
      (path) => statement === undefined || spawnSync(path, ['-c', statement]).status === 0,
    );
  PROGRAMS.push({ packages, purpose, find, ...conditions });
  let found: string | undefined;
  return () => {
    found ??= find();
    if (found === undefined) throw new Error(`The tests need ${packages}: it ${purpose}.`);
    return found;
  };
}

/** The executables with these names, by the order of the names and then of PATH. */
function executables(names: readonly string[]): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names
    .flatMap((name) => (isAbsolute(name) ? name : folders.map((folder) => join(folder, name))))
    .filter((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const LINUX = { linux: true };
const FULL = { linux: true, full: true };
const CHROMIUM = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Any Python 3, for its standard library alone. */
export const python = program('python3', 'reads files', ['python3']);
/**
 * The Python that makes the virtual environments of the tests (`tests/stacks`): the first one of the version in
 * `tests/stacks/stacks.ts` that can. Debian 12's own comes first, since booted machines have no other.
 */
export const python311 = program(
  'python3-venv',
  'of Python 3.11 makes the environments of Django and Celery',
  ['/usr/bin/python3.11', 'python3.11', 'python3'],
  {
    statement: `import ensurepip, sys; assert "%d.%d" % sys.version_info[:2] == "${PYTHON_VERSION}"`,
  },
);
export const redisServer = program('redis-server', 'runs the generated files', ['redis-server']);
export const openssl = program('openssl', 'makes certificates', ['openssl']);
export const shellcheck = program('shellcheck', 'reads the generated scripts', ['shellcheck']);
program('git', 'dates the pages', ['git']);
/** Chromium, or Chrome. */
export const chromium = program('chromium', 'opens the pages', CHROMIUM);
/** Chromium's headless shell, which takes a third of the processor's time; otherwise Chromium. */
export const headlessShell = program('chromium-headless-shell', 'opens the pages faster', [
  'chromium-headless-shell',
  'chrome-headless-shell',
  ...CHROMIUM,
]);
export const nft = program(
  'nftables',
  'loads the generated firewall',
  ['nft', '/usr/sbin/nft'],
  LINUX,
);
export const ufw = program('ufw', 'loads the generated firewall', ['ufw', '/usr/sbin/ufw'], LINUX);
export const ip = program('iproute2', 'joins networks', ['ip', '/usr/sbin/ip'], LINUX);
program('systemd', 'checks the generated units', ['systemd-analyze'], LINUX);
program('systemd-container', 'boots whole servers', ['systemd-nspawn'], LINUX);
program('redis-sentinel', 'runs on those servers', ['redis-sentinel'], LINUX);
program(
  'debootstrap',
  'installs other releases of Debian',
  ['debootstrap', '/usr/sbin/debootstrap'],
  FULL,
);
program('prometheus', 'tests the rules of alerts', ['promtool'], FULL);
program('prometheus-redis-exporter', 'measures Redis', ['prometheus-redis-exporter'], FULL);
export const nginx = program('nginx', 'serves the site', ['nginx', '/usr/sbin/nginx'], FULL);
export const apache = program('apache2', 'serves the site', ['apache2', '/usr/sbin/apache2'], FULL);
/** Firefox; its extended support release if both are installed. */
export const firefox = program('firefox-esr', 'opens the pages', ['firefox-esr', 'firefox'], FULL);
export const webkitDriver = program(
  'webkit2gtk-driver',
  'drives WebKitGTK',
  ['WebKitWebDriver'],
  FULL,
);
/** A Python 3 that can open a window with WebKitGTK. */
export const webkitPython = program(
  'python3-gi gir1.2-webkit2-4.1',
  'opens the pages in WebKitGTK',
  ['/usr/bin/python3', 'python3'],
  { ...FULL, statement: 'import gi; gi.require_version("WebKit2", "4.1")' },
);
export const xvfb = program('xvfb', 'is the screen of WebKitGTK', ['Xvfb'], FULL);

export const ffmpeg = program('ffmpeg', 'encodes videos', ['ffmpeg'], FULL);
program('sox libsox-fmt-mp3', 'prepares sound for transcription', ['sox'], FULL);

/** Needed where POD_SOURCE names a checkout of Pod. */
const POD = { linux: true, pod: true };
export const espeak = program('espeak-ng', 'speaks', ['espeak-ng'], POD);
