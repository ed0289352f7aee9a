import type { Deployment } from '../model/deployment.ts';
import { plain, string, type Line } from './code.ts';
import { shell } from './shell.ts';

/**
 * The beginning of a command that root runs in the foreground under Pod's account, until Ctrl+C ends it. The program
 * has a separate terminal: from root's it could read what root types, and into it it could type commands. In containers
 * there is one account only.
 */
export const byHand = ({ account, redis }: Deployment): Line =>
  redis.container ? [] : shell`runuser --pty -u ${plain(account, { field: 'account' })} -- `;

/**
 * The beginning of a command of root's whose program runs under Pod's account: root must not run what this account may
 * change. In a new session the program cannot type commands for root; what follows the command takes its input and
 * output from root's terminal, from which it could read what root types. The session is new before the account is
 * Pod's, whose programs may look into each other.
 */
const underAccount = ({ account }: Deployment): Line =>
  shell`setsid -w runuser -u ${plain(account, { field: 'account' })} -- `;

/** The filter that takes the control characters from a program's output, which a terminal would obey. */
const PLAIN = shell`tr -d '\000-\010\013-\037'`;

/**
 * A command of root's whose program runs under Pod's account, without root's terminal.
 *
 * @param filter the command that reads its output, if there is one
 */
export const asPod = (deployment: Deployment, command: Line, filter?: Line): Line =>
  deployment.redis.container
    ? shell`${command}${filter ? shell` | ${filter}` : []}`
    : shell`${underAccount(deployment)}${command} </dev/null 2>&1 | ${PLAIN}${filter ? shell` | ${filter}` : []}`;

/** The lines of a command that reads a Python script, as {@link asPod} runs it. */
export const asPodWithScript = (
  deployment: Deployment,
  command: Line,
  lines: readonly string[],
): Line[] => [
  deployment.redis.container
    ? shell`${command} <<${string("'PYTHON'")}`
    : shell`${underAccount(deployment)}${command} <<${string("'PYTHON'")} 2>&1 | ${PLAIN}`,
  ...lines.map((line): Line => [string(line)]),
  [string('PYTHON')],
];

/**
 * The commands that give a file to an account. `chown -h` and `chmod` under that account follow no link that the account
 * puts in the place of the file meanwhile. They have no terminal of root's.
 */
export const giveTo = (owner: string, path: string, mode: string): Line[] => [
  shell`chown -h ${plain(`${owner}:${owner} ${path}`)}`,
  shell`runuser --pty -u ${plain(owner)} -- chmod ${plain(`${mode} ${path}`)} </dev/null`,
];
