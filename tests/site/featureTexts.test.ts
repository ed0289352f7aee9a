import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { FEATURES, textsOf, type Feature } from '../../src/site/featureTexts.ts';
import { TEXTS } from '../../src/site/texts.ts';

const project = join(import.meta.dirname, '../..');
const config = ts.readConfigFile(join(project, 'tsconfig.json'), (file) => ts.sys.readFile(file));
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, project);
const scripts = globSync(join(project, 'src/components/**/*.ts'));
const program = ts.createProgram(scripts, options);
const types = program.getTypeChecker();

const withoutPlural = (key: string) => key.replace(/_(one|other)$/, '');
const keys = new Set(Object.keys(TEXTS.fr).map(withoutPlural));

/** All nodes below a node, except types. */
function* nodesOf(node: ts.Node): Generator<ts.Node> {
  if (ts.isTypeNode(node)) return;
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** The project's modules that a module imports, statically or dynamically. */
function loadedBy(module: ts.SourceFile): string[] {
  return [...nodesOf(module)].flatMap((node) => {
    let name: ts.Node | undefined;
    if (
      ts.isImportDeclaration(node) &&
      node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword
    )
      name = node.moduleSpecifier;
    if (ts.isExportDeclaration(node) && !node.isTypeOnly) name = node.moduleSpecifier;
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      [name] = node.arguments;
    return name && ts.isStringLiteral(name) && /^\..*\.ts$/.test(name.text)
      ? fileURLToPath(new URL(name.text, pathToFileURL(module.fileName)))
      : [];
  });
}

/** The text keys in a module: string literals, and all values that the type of a template allows. */
function keysIn(module: ts.SourceFile): string[] {
  return [...nodesOf(module)].flatMap((node) => {
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return [];
    const type = ts.isAsExpression(node.parent)
      ? types.getTypeFromTypeNode(node.parent.type)
      : types.getTypeAtLocation(node);
    // Names of fields have dots too: a literal whose expected type has other values is no text key.
    const expected = types.getContextualType(node);
    const values = (each: ts.Type) => (each.isUnion() ? each.types : [each]);
    const isKey = (each: ts.Type) => each.isStringLiteral() && keys.has(each.value);
    if (expected && values(expected).some((each) => each.isStringLiteral() && !isKey(each)))
      return [];
    return values(type).flatMap((each) =>
      each.isStringLiteral() && keys.has(each.value) ? each.value : [],
    );
  });
}

const read = (file: string) => ts.sys.readFile(file) ?? '';

/** A module that asks for the texts of a feature. */
const ASKS = /\b(?:load|page)Texts\('/;

/** The text keys in a feature's scripts: the modules that load its texts, and their imports. */
function usedBy(feature: Feature): Set<string> {
  const asks = new RegExp(`\\b(?:load|page)Texts\\('${feature}'\\)`);
  const todo = scripts.filter((file) => asks.test(read(file)));
  const seen = new Set<string>();
  const used = new Set<string>();
  for (const file of todo) {
    const module = program.getSourceFile(file);
    if (seen.has(file) || !module) continue;
    seen.add(file);
    // A module that asks for another feature's texts has them by itself, and what it imports too.
    todo.push(
      ...loadedBy(module).filter((each) => asks.test(read(each)) || !ASKS.test(read(each))),
    );
    for (const key of keysIn(module)) used.add(key);
  }
  return used;
}

describe.each(Object.keys(FEATURES) as Feature[])('the texts of %s', (feature) => {
  const used = usedBy(feature);
  const loaded = new Set(Object.keys(textsOf(feature, TEXTS.fr)).map(withoutPlural));

  test('include all that its scripts use', () => {
    // The checker's repairs use the generator's lines without the comments, whose keys start with `file.`.
    const unneeded = feature === 'checker' ? /^file\./ : /^$/;
    const missing = [...used].filter((key) => !loaded.has(key) && !unneeded.test(key));
    expect(missing).toEqual([]);
  });

  test('have no group that its scripts do not use', () => {
    const unused = FEATURES[feature].filter(
      (group) => ![...used].some((key) => key === group || key.startsWith(`${group}.`)),
    );
    expect(unused).toEqual([]);
    expect(used.size).toBeGreaterThan(loaded.size / 2);
  });
});
