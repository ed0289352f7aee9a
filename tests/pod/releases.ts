import { spawnSync } from 'node:child_process';
import { runPython } from '../emit/python.ts';

/** The files of a release of Pod that are read here: texts by their paths. */
export type Files = Readonly<Record<string, string>>;

/** A release of Pod in a checkout's history. */
export interface PodRelease {
  /** Its `VERSION`, such as `4.2.0`. */
  readonly version: string;
  readonly commit: string;
}

/** A value in a release: what pod/settings.py gives a setting, or the default with which it is read elsewhere. */
export interface Value {
  /** The file that has it. */
  readonly file: string;
  /** The value as Python prints it. */
  readonly value: string;
}

/** The values of settings in a release, by the settings' names. */
export type Values = Readonly<Record<string, readonly Value[]>>;

/** The files of Pod that give settings their defaults; each application's may too (pod/settings.py). */
const SETTINGS_FILE = /^pod\/(\w+\/)?settings\.py$/;

/** Pod's own tests, and examples of settings for other set-ups. */
const APART = /\/tests?\/|^pod\/custom\//;

function git(checkout: string, ...args: readonly string[]): string {
  const options = { encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
  const { status, stdout, stderr } = spawnSync('git', ['-C', checkout, ...args], options);
  // `git grep` ends with 1 where it finds nothing.
  if (status !== 0 && !(args[0] === 'grep' && status === 1)) throw new Error(stderr);
  return stdout;
}

/** The order of versions. */
export function inOrder(one: string, next: string): number {
  return one.localeCompare(next, 'en', { numeric: true });
}

/**
 * The releases on the first parents of a checkout's HEAD, the oldest first: the commits that change `VERSION`, and
 * HEAD. Where there is no history it is HEAD alone.
 *
 * @param from the oldest release
 */
export function releasesIn(checkout: string, from: string): PodRelease[] {
  const log = ['log', '--first-parent', '--format=%H', '-G^VERSION = ', '--', 'pod/settings.py'];
  const commits = git(checkout, ...log)
    .split('\n')
    .filter(Boolean)
    .reverse();
  const head = git(checkout, 'rev-parse', 'HEAD').trim();
  const releases = new Map<string, string>();
  for (const commit of [...commits, head]) {
    const settings = git(checkout, 'show', `${commit}:pod/settings.py`);
    const version = /^VERSION = ["'](\d+\.\d+\.\d+)["']$/m.exec(settings)?.[1];
    if (version !== undefined && inOrder(version, from) >= 0) releases.set(version, commit);
  }
  return [...releases]
    .map(([version, commit]) => ({ version, commit }))
    .sort((one, next) => inOrder(one.version, next.version));
}

/** The files of a release that name one of these settings, and its requirements. */
export function filesOf(checkout: string, commit: string, names: readonly string[]): Files {
  const patterns = names.flatMap((name) => ['-e', name]);
  const args = ['grep', '-lw', ...patterns, commit, '--', 'pod/*.py', 'pod/*.html'];
  const found = git(checkout, ...args)
    .split('\n')
    .filter(Boolean);
  const listed = git(checkout, 'ls-tree', '--name-only', commit).split('\n');
  const paths = [
    ...found.map((line) => line.slice(commit.length + 1)).filter((path) => !APART.test(path)),
    ...listed.filter((path) => /^requirements(-encode)?\.txt$/.test(path)),
  ];
  return Object.fromEntries(
    [...new Set(paths)].map((path) => [path, git(checkout, 'show', `${commit}:${path}`)]),
  );
}

/** A script that reads Python files: what they assign to names, and the defaults with which they read them. */
const READ = `
import ast, json, sys

def value(node):
    try:
        return repr(ast.literal_eval(node))
    except ValueError:
        return ast.unparse(node)

def read(text, assigns):
    tree = ast.parse(text)
    if assigns:
        for node in tree.body:
            for target in node.targets if isinstance(node, ast.Assign) else []:
                if isinstance(target, ast.Name):
                    yield target.id, value(node.value)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id == "getattr" and len(node.args) == 3:
            name = node.args[1]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value, value(node.args[2])

files = json.load(sys.stdin.buffer)
json.dump([list(read(text, assigns)) for text, assigns in files], sys.stdout)
`;

/** The values that each release's files give these settings, in Python and in templates, by one run of Python. */
export function valuesIn(releases: readonly Files[], names: readonly string[]): Values[] {
  const python = releases.flatMap((files, release) =>
    Object.keys(files)
      .filter((file) => file.endsWith('.py'))
      .map((file) => ({ release, file, text: files[file] ?? '' })),
  );
  const read = runPython(
    READ,
    python.map(({ file, text }) => [text, SETTINGS_FILE.test(file)]),
  ) as [string, string][][];
  return releases.map((files, release) => {
    const found = new Map<string, Value[]>();
    const add = (name: string, file: string, value: string) => {
      if (names.includes(name)) found.set(name, [...(found.get(name) ?? []), { file, value }]);
    };
    python.forEach((each, at) => {
      if (each.release !== release) return;
      for (const [name, value] of read[at] ?? []) add(name, each.file, value);
    });
    for (const [file, text] of Object.entries(files))
      for (const [, name = '', value = ''] of file.endsWith('.html')
        ? text.matchAll(/\{% get_setting "(\w+)" (\S+) as /g)
        : [])
        add(name, file, value);
    return Object.fromEntries(found);
  });
}

/** The version that the requirements of a release pin for a package; none where they pin none. */
export function pinned(files: Files, name: string): string | undefined {
  const lines = Object.entries(files).flatMap(([file, text]) =>
    file.endsWith('.txt') ? text.split('\n') : [],
  );
  const pin = lines.find((line) => line.toLowerCase().startsWith(`${name}==`));
  return pin?.slice(name.length + 2).trim();
}
