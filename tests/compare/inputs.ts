import fc from 'fast-check';
import { FINDINGS } from '../../src/checker/findings.ts';
import type { InputFile } from '../../src/checker/read/files.ts';
import { fileText, filesOf, SCRIPT_KINDS } from '../../src/emit/files.ts';
import { formatLink } from '../../src/model/link.ts';
import { plan } from '../../src/model/deployment.ts';
import { PRESETS } from '../../src/model/presets.ts';
import { speaker } from '../../src/model/say.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { architectures } from '../model/architecture.ts';

/** The inputs of a recording: the same for both of the versions that are compared. */
export interface Inputs {
  /** Fragments of links, those of the presets first. */
  readonly links: readonly string[];
  /** Files that are checked together. */
  readonly files: readonly (readonly InputFile[])[];
}

const SEED = 16;
const LINKS = 2000;
const MUTATED = 2000;

/** Ways to damage a text, as typing, pasting and editing do. */
const mutations: readonly ((
  text: string,
  from: number,
  length: number,
  other: string,
) => string)[] = [
  (text, from, length) => text.slice(0, from) + text.slice(from + length),
  (text, from, _, other) => text.slice(0, from) + other + text.slice(from),
  (text, from, length, other) => text.slice(0, from) + other + text.slice(from + length),
  (text, from) => withoutLine(text, lineAt(text, from)),
  (text, from) =>
    text
      .split('\n')
      .toSpliced(lineAt(text, from), 0, text.split('\n')[lineAt(text, from)] ?? '')
      .join('\n'),
  (text, from, length) =>
    text.slice(0, from) + text.slice(from, from + length).toUpperCase() + text.slice(from + length),
];

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length - 1;
}

function withoutLine(text: string, line: number): string {
  return text.split('\n').toSpliced(line, 1).join('\n');
}

/** Files with one to three mutations each. */
function mutated(sources: readonly (readonly InputFile[])[]): InputFile[][] {
  const mutation = fc.record({
    file: fc.nat(),
    kind: fc.nat({ max: mutations.length - 1 }),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 12 }),
    other: fc.string({ unit: fc.constantFrom(...'aZ9_-/:@#=\'"\\ ,.()[]{}\n'), maxLength: 3 }),
  });
  const samples = fc.sample(
    fc.tuple(
      fc.nat({ max: sources.length - 1 }),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
    ),
    { seed: SEED, numRuns: MUTATED },
  );
  return samples.map(([source, changes]) => {
    const files = [...(sources[source] ?? [])];
    for (const { file, kind, from, length, other } of changes) {
      const at = file % files.length;
      const old = files[at];
      const mutate = mutations[kind];
      if (!old || !mutate) continue;
      const text = mutate(old.text, Math.floor(from * old.text.length), length, other);
      files[at] = { ...old, text };
    }
    return files;
  });
}

/** The generated files of a preset, server by server. */
function generated(): InputFile[][] {
  const say = speaker(TEXTS.en, 'en');
  return PRESETS.flatMap(({ architecture }) => {
    const files = filesOf(plan(architecture), { say, password: 'p@ss word' });
    return [...new Set(files.map(({ folder }) => folder))].map((folder) =>
      files
        .filter((file) => file.folder === folder && !SCRIPT_KINDS.includes(file.kind))
        .map((file) => ({ name: `${folder}/${file.name}`, text: fileText(file) })),
    );
  }).filter((files) => files.length > 0);
}

/** Makes the inputs; always the same for the same code. */
export function makeInputs(): Inputs {
  const examples = Object.values(FINDINGS).flatMap(({ example, nearMiss }) => [example, nearMiss]);
  const random = fc.sample(architectures, { seed: SEED, numRuns: LINKS });
  return {
    links: [...PRESETS.map(({ architecture }) => architecture), ...random].map((architecture) =>
      formatLink(architecture),
    ),
    files: [...examples, ...generated(), ...mutated([...examples, ...generated()])],
  };
}
