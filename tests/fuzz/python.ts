import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AskPython } from './targets.ts';
import type { Finally } from '../software-run/processes.ts';
import { limit } from '../sets.ts';
import { python } from '../software.ts';

/** How long one script may take, in whole seconds: a client that hangs has failed. */
const PATIENCE = Math.ceil(limit(60) / 1000);

/**
 * Runs scripts one after the other. The exception of a script that takes too long is none that the
 * clients of Redis catch in order to try again.
 */
const LOOP = `
import io, json, signal, sys, traceback

class TooLong(BaseException):
    pass

def stop(*_):
    raise TooLong("took more than ${PATIENCE} s")

signal.signal(signal.SIGALRM, stop)
signal.signal(signal.SIGINT, signal.SIG_IGN)
questions, answers = sys.stdin.buffer, sys.stdout
for line in questions:
    asked = json.loads(line)
    sys.stdin = io.TextIOWrapper(io.BytesIO(json.dumps(asked["input"]).encode()), "utf-8")
    sys.stdout = io.StringIO()
    signal.alarm(${PATIENCE})
    try:
        exec(asked["script"], {"__name__": "script"})
        answer = {"printed": sys.stdout.getvalue()}
    except BaseException as error:
        answer = {"error": "".join(traceback.format_exception_only(type(error), error)).strip()}
    finally:
        signal.alarm(0)
    print(json.dumps(answer), file=answers, flush=True)
`;

type Answer = { readonly printed: string } | { readonly error: string };

/**
 * Starts a Python that keeps what its scripts import, which takes longer than what they do. Each is
 * run when those before it have ended; it reads JSON on its input and writes JSON on its output.
 */
export function startPython(atEnd: Finally): (...asked: Parameters<AskPython>) => Promise<unknown> {
  const child = spawn(python(), ['-c', LOOP], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line) as Answer);
  });
  let ended = false;
  const refuse = () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`Python ended:\n${said}`));
  };
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      ended = true;
      refuse();
      resolve();
    });
  });
  child.stdin.on('error', () => undefined);
  atEnd(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  return async (script, input) => {
    const answer = await new Promise<Answer>((resolve, reject) => {
      waiting.push({ resolve, reject });
      if (ended) refuse();
      child.stdin.write(`${JSON.stringify({ script, input })}\n`);
    });
    if ('error' in answer) throw new Error(answer.error);
    return JSON.parse(answer.printed) as unknown;
  };
}
