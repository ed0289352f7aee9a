import { runPython } from '../emit/python.ts';

const SCRIPT = `
import ast, json, sys, warnings
warnings.simplefilter("ignore")

def reads(source):
    try:
        ast.parse(source)
        return True
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False

json.dump([reads(source) for source in json.load(sys.stdin.buffer)], sys.stdout)
`;

/** For each text, whether CPython can parse it as a module; none is run. */
export function readInPython(sources: readonly string[]): boolean[] {
  return runPython(SCRIPT, sources) as boolean[];
}

/** Whether CPython can parse a text as a module. */
export function readsInPython(source: string): boolean {
  return readInPython([source])[0] === true;
}
