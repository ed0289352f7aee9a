import { spawnSync } from 'node:child_process';

/** A Python script that reads the assignments of each module of a list. */
const READ_ASSIGNMENTS = `
import ast, json, sys

def read(source):
    settings = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            imported = ast.unparse(node)
            if imported != "import os":
                raise ValueError(imported)
            continue
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0]
            if ast.unparse(target.value) != "os.environ":
                raise ValueError(f"not the environment: {ast.unparse(node)}")
            settings[ast.literal_eval(target.slice)] = ast.literal_eval(node.value)
            continue
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            raise ValueError(f"not an assignment: {ast.unparse(node)}")
        name = node.targets[0].id
        if name in settings:
            raise ValueError(f"assigned twice: {name}")
        settings[name] = ast.literal_eval(node.value)
    return settings

sources = json.load(sys.stdin.buffer)
json.dump([read(source) for source in sources], sys.stdout)
`;

/** The assignments of a Python module by name, those of environment variables included. */
export type Assignments = Readonly<Record<string, unknown>>;

/** Reads the assignments of modules in one run of Python, as literals: nothing is executed. */
export function assignments(sources: readonly string[]): Assignments[] {
  return runPython(READ_ASSIGNMENTS, sources) as Assignments[];
}

/**
 * Runs a Python script that reads JSON on standard input and writes JSON on standard output.
 *
 * @param python the Python to run; by default any, with the standard library alone
 */
export function runPython(script: string, input: unknown, python = 'python3'): unknown {
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
