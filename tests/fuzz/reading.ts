import { deepStrictEqual } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressKind } from '../../src/model/address.ts';
import { asksPassword } from '../../src/model/applies.ts';
import { lineText, PASSWORD_PLACEHOLDER } from '../../src/emit/code.ts';
import { fileText, type ConfigFile } from '../../src/emit/files.ts';
import { formatLink, parseLink } from '../../src/model/link.ts';
import { sentinelsOf } from '../../src/model/servers.ts';
import { emitted, placeOf } from '../emit/emitted.ts';
import { pythonFiles, readByPython, type AskPython } from './targets.ts';
import { run, temporaryFolder, type Finally } from '../software-run/processes.ts';
import { redisServer } from '../software.ts';
import type { Case } from './cases.ts';

/** The errors of cases, by their place in a list. */
type Faults = Map<number, string>;

/** Does something that fails when a case is wrong. */
function attempt(faults: Faults, at: number, what: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    add(faults, at, `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Keeps what was found first. */
function add(faults: Faults, at: number, fault: string): void {
  if (!faults.has(at)) faults.set(at, fault);
}

/** Whether a link says the architecture that it was made of, and files can be made of it at all. */
export function readLinks(cases: readonly Case[]): Faults {
  const faults: Faults = new Map();
  for (const [at, { architecture, password }] of cases.entries()) {
    attempt(faults, at, 'files', () => emitted(architecture, { password }));
    attempt(faults, at, 'link', () => {
      const { anchor, architecture: read, issues } = parseLink(`#${formatLink(architecture)}`);
      deepStrictEqual(
        { anchor, read, issues },
        { anchor: '', read: { ...architecture }, issues: [] },
      );
    });
  }
  return faults;
}

/** Whether Python and the clients of Redis read in each file what the deployment wants there. */
async function readPython(cases: readonly Case[], ask: AskPython): Promise<Faults> {
  const faults: Faults = new Map();
  const files = cases.flatMap(({ architecture, password }, at) =>
    pythonFiles(architecture, password).map((file) => ({ at, ...file })),
  );
  let read: unknown[];
  try {
    read = await readByPython(files, ask);
  } catch (error) {
    // A file that cannot be read at all stops those after it, so that each is read apart.
    if (cases.length > 1) {
      for (const [at, each] of cases.entries())
        for (const fault of (await readPython([each], ask)).values()) faults.set(at, fault);
      return faults;
    }
    return faults.set(0, (error as Error).message);
  }
  for (const [index, { at, place, expected }] of files.entries())
    attempt(faults, at, place, () => deepStrictEqual(read[index], expected));
  return faults;
}

/** An argument that ends a line of redis.conf, as sdssplitargs() of Redis reads it. */
function unquoted(line: string): string {
  const [, quoted] = /\s"((?:[^"\\]|\\.)*)"(?:\s.*)?$/s.exec(line) ?? [];
  const signs: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
  if (quoted === undefined) throw new Error(`no argument in quotes: ${line}`);
  return quoted.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, code?: string, sign = '') =>
    code === undefined
      ? (signs[sign as string] ?? (sign as string))
      : String.fromCharCode(parseInt(code, 16)),
  );
}

/** The lines of a file of Redis that have the password. */
const SECRETS = /^(requirepass|masterauth|sentinel auth-pass|user (?!default off))/;

/** Whether the password is in the files of Redis, and nothing that ends their lines early. */
function readPasswords(file: ConfigFile, { architecture, password }: Case): void {
  const lines = file.lines.map(lineText);
  deepStrictEqual(
    lines.filter((line) => /[\r\n]/.test(line)),
    [],
  );
  const secret = password === '' ? PASSWORD_PLACEHOLDER : password;
  const found = lines.filter((line) => SECRETS.test(line));
  deepStrictEqual(found.length > 0, asksPassword(architecture));
  for (const line of found)
    deepStrictEqual(unquoted(line), line.startsWith('user ') ? `>${secret}` : secret);
}

/**
 * Ends a file of Redis. Its server reads line after line and stops at the first that it does not
 * understand: at this one, if all before it are well.
 */
const END = 'that-was-all';

/** A program that reads files. */
interface Reader {
  readonly suffix: string;
  readonly reads: (file: ConfigFile, each: Case) => boolean;
  /** Whether it reads a file after others as it does alone: line by line, and nothing twice. */
  readonly joins: (text: string) => boolean;
  readonly command: string;
  readonly end?: string;
}

const never = () => false;

const READERS: readonly Reader[] = [
  {
    suffix: 'bash',
    reads: ({ kind }) => kind === 'verify',
    joins: never,
    command: 'bash -n "$file"',
  },
  {
    suffix: 'sh',
    reads: ({ kind }) => ['container-start', 'init-defaults', 'ufw'].includes(kind),
    joins: never,
    command: 'sh -n "$file"',
  },
  {
    suffix: 'redis',
    reads: ({ kind }) => kind === 'redis-conf',
    joins: (text) => !/^user /m.test(text),
    command: '"$REDIS_SERVER" "$file"',
    end: END,
  },
  {
    suffix: 'sentinel',
    // Names are looked up when the file is read, and are not to leave this machine.
    reads: ({ kind }, { architecture }) =>
      kind === 'sentinel-conf' &&
      sentinelsOf(architecture).every(({ host }) => addressKind(host) !== 'name'),
    joins: never,
    command: '"$REDIS_SERVER" "$file" --sentinel',
    end: `sentinel ${END}`,
  },
];

/** Has all files of a folder read, and keeps what is said of each and the status. */
const READ_ALL = READERS.map(
  ({ suffix, command }) => `for file in *.${suffix}; do
  if [ -e "$file" ]; then ${command} >"$file.said" 2>&1; echo $? >>"$file.said"; fi
done`,
).join('\n');

/** A file of a case. */
interface Source {
  readonly at: number;
  readonly place: string;
  readonly text: string;
}

/** The files that a program reads in one go. */
interface Reading {
  readonly reader: Reader;
  readonly sources: readonly Source[];
}

/** How many programs read at once. */
const AT_ONCE = 2;

/** Has files read, and gives those that are refused, with what is said of them. */
async function refused(
  readings: readonly Reading[],
  atEnd: Finally,
): Promise<{ source: Source; said: string }[]> {
  const folders = Array.from({ length: AT_ONCE }, () => temporaryFolder(atEnd));
  const paths = readings.map(({ reader, sources }, index) => {
    const path = join(folders[index % AT_ONCE] ?? '', `${index}.${reader.suffix}`);
    const texts = sources.map(({ text }) => text);
    writeFileSync(path, [...texts, reader.end === undefined ? '' : `${reader.end}\n`].join(''));
    return path;
  });
  const env = { REDIS_SERVER: redisServer() };
  await Promise.all(folders.map((cwd) => run('sh', ['-c', READ_ALL], { cwd, env })));
  const bad = readings.flatMap(({ reader, sources }, index) => {
    const said = readFileSync(`${paths[index]}.said`, 'utf8');
    const well = reader.end === undefined ? said === '0\n' : said.includes(`>>> '${reader.end}'\n`);
    return well ? [] : sources.map((source) => ({ reader, source, said, only: sources.length }));
  });
  const apart = bad.filter(({ only }) => only > 1);
  return [
    ...bad.filter(({ only }) => only === 1),
    ...(apart.length === 0
      ? []
      : await refused(
          apart.map(({ reader, source }) => ({ reader, sources: [source] })),
          atEnd,
        )),
  ];
}

/** Whether the programs that files are for understand them. */
async function readPrograms(cases: readonly Case[], atEnd: Finally): Promise<Faults> {
  const faults: Faults = new Map();
  const readings: Reading[] = [];
  const joined = new Map<Reader, Source[]>();
  for (const [at, each] of cases.entries())
    for (const file of emitted(each.architecture, { password: each.password })) {
      const source = { at, place: placeOf(file), text: fileText(file) };
      if (/^(redis|sentinel)\.conf$/.test(file.name))
        attempt(faults, at, source.place, () => {
          readPasswords(file, each);
        });
      const reader = READERS.find(({ reads }) => reads(file, each));
      if (reader?.joins(source.text)) joined.set(reader, [...(joined.get(reader) ?? []), source]);
      else if (reader) readings.push({ reader, sources: [source] });
    }
  for (const [reader, sources] of joined) readings.push({ reader, sources });
  for (const { source, said } of await refused(readings, atEnd))
    add(faults, source.at, `${source.place}: ${said}`);
  return faults;
}

/**
 * Has the files of cases read by those who are to read them: Python, the clients of Redis, shells,
 * redis-server. Nothing is run or started.
 */
export async function readFiles(
  cases: readonly Case[],
  ask: AskPython,
  atEnd: Finally,
): Promise<Faults> {
  const links = readLinks(cases);
  if (links.size > 0) return links;
  const [byPython, byPrograms] = await Promise.all([
    readPython(cases, ask),
    readPrograms(cases, atEnd),
  ]);
  return new Map([...byPrograms, ...byPython]);
}
