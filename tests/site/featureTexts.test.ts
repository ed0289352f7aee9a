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

/** The modules of the project that a module loads, at once or later. */
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

/** The text keys that a module has: literals, and all values of templates, by their types. */
function keysIn(module: ts.SourceFile): string[] {
  return [...nodesOf(module)].flatMap((node) => {
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return [];
    const type = ts.isAsExpression(node.parent)
      ? types.getTypeFromTypeNode(node.parent.type)
      : types.getTypeAtLocation(node);
    // The names of fields, too, have dots.
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

/** The text keys that a feature's scripts have, by the modules that ask for the feature's texts. */
function usedBy(feature: Feature): Set<string> {
  const asks = new RegExp(`\\b(?:load|page)Texts\\('${feature}'\\)`);
  const todo = scripts.filter((file) => asks.test(ts.sys.readFile(file) ?? ''));
  const seen = new Set<string>();
  const used = new Set<string>();
  for (const file of todo) {
    const module = program.getSourceFile(file);
    if (seen.has(file) || !module) continue;
    seen.add(file);
    todo.push(...loadedBy(module));
    for (const key of keysIn(module)) used.add(key);
  }
  return used;
}

describe.each(Object.keys(FEATURES) as Feature[])('the texts of %s', (feature) => {
  const used = usedBy(feature);
  const loaded = new Set(Object.keys(textsOf(feature, TEXTS.fr)).map(withoutPlural));

  test('are all that its scripts use', () => {
    // Repairs are lines of a settings file that the generator writes without its comments.
    const unsaid = feature === 'checker' ? /^file\./ : /^$/;
    const missing = [...used].filter((key) => !loaded.has(key) && !unsaid.test(key));
    expect(missing).toEqual([]);
  });

  test('are in groups of which its scripts use some', () => {
    const unused = FEATURES[feature].filter(
      (group) => ![...used].some((key) => key === group || key.startsWith(`${group}.`)),
    );
    expect(unused).toEqual([]);
    expect(used.size).toBeGreaterThan(loaded.size / 2);
  });
});
