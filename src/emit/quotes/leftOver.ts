import { usesBroker } from '../../model/servers.ts';
import type { Deployment } from '../../model/deployment.ts';
import { ask } from '../cli.ts';
import { plain, string, type Line } from '../code.ts';
import { shellString } from '../escape.ts';
import { shell } from '../shell.ts';
import type { Procedure, Quote } from './procedure.ts';
import { onAny } from './servers.ts';

/**
 * A script of Redis that lists what is in `unacked`, a line for each task: its tag, its name, its
 * arguments, its id, its queue and its age. A value is `[message, exchange, queue]` (kombu 5.2 to 5.7).
 */
const LIST = [
  'local found = {}',
  "local now = redis.call('TIME')[1]",
  "local tasks = redis.call('HGETALL', 'unacked')",
  'for at = 1, #tasks, 2 do',
  '  local tag = tasks[at]',
  '  local task = cjson.decode(tasks[at + 1])',
  '  local about = task[1].headers',
  "  local taken = redis.call('ZSCORE', 'unacked_index', tag)",
  '  found[#found + 1] = table.concat({',
  '    tag, about.task .. tostring(about.argsrepr), about.id, task[3],',
  "    math.max(0, math.floor((now - (taken or now)) / 60)) .. ' min'",
  "  }, '  ')",
  'end',
  'return found',
];

/** Questions to the database of the encodings, of which there is one where a worker encodes. */
function onEncodings(deployment: Deployment, ...lines: readonly Line[]): Quote[] {
  return usesBroker(deployment.architecture) ? onAny(...lines) : [];
}

/** The command that asks for a task's tag; on one line with the rest, so that it reads no pasted line. */
const askTag = (prompt: string): Line =>
  shell`IFS= read -rp ${string(shellString(prompt))} tag && `;

/**
 * The tasks that nobody runs any more and that are still in `unacked`: with all workers stopped, these
 * are all that are in it.
 */
export const LEFT_OVER = {
  'workers.leftover': {
    emit: (deployment) =>
      onEncodings(
        deployment,
        [...ask(deployment, shell`EVAL `, 'encoding'), string('"')],
        ...LIST.map((line) => [string(line)]),
        [string('"'), plain(' 0')],
      ),
  },
  'workers.leftover.drop': {
    emit: (deployment, { say }) =>
      onEncodings(deployment, [
        ...askTag(say('workers.leftover.tag')),
        ...ask(deployment, shell`HDEL unacked "$tag"`, 'encoding'),
        ...shell` && `,
        ...ask(deployment, shell`ZREM unacked_index "$tag"`, 'encoding'),
      ]),
  },
  /** A task whose time is the first of all times: the next worker that starts puts it back into its queue. */
  'workers.leftover.back': {
    emit: (deployment, { say }) =>
      onEncodings(deployment, [
        ...askTag(say('workers.leftover.tag')),
        ...ask(deployment, shell`ZADD unacked_index XX CH 1 "$tag"`, 'encoding'),
      ]),
  },
} as const satisfies Record<string, Procedure>;
