import type { Deployment } from '../model/deployment.ts';
import { plain, string, type Line } from './code.ts';
import { shell } from './shell.ts';

/**
 * The beginning of a command that runs in Pod's project folder. Root's shell does not go there: Pod's account decides
 * what a name without a path means in that folder, to the commands after this one too.
 */
const inProject = ({ paths }: Deployment): Line =>
  shell`env -C ${plain(paths.project, { field: 'project' })} `;

/**
 * The beginning of a command that root runs in the foreground in the project folder under Pod's account, until Ctrl+C
 * ends it. The program has a separate terminal: from root's it could read what root types, and into it it could type
 * commands. In containers there is one account only.
 */
export const byHand = (deployment: Deployment): Line =>
  deployment.redis.container
    ? []
    : shell`${inProject(deployment)}runuser --pty -u ${plain(deployment.account, { field: 'account' })} -- `;

/**
 * The beginning of a command of root's whose program runs under Pod's account: root must not run what this account may
 * change. The program has a new session, so that it cannot type commands into root's terminal. The session comes before
 * the account, since a program of the same account could take the terminal over by ptrace. Input and output must be
 * redirected after the command: by them, the program could read what root types.
 */
const underAccount = (deployment: Deployment, folder: Line): Line =>
  shell`setsid -w ${folder}runuser -u ${plain(deployment.account, { field: 'account' })} -- `;

/** The filter that takes the control characters from a program's output, which a terminal would obey. */
const PLAIN = shell`tr -d '\000-\010\013-\037'`;

/** A command of root's without root's terminal, for a program that starts others under Pod's account by itself. */
export const withoutTerminal = (command: Line): Line =>
  shell`${command} </dev/null 2>&1 | ${PLAIN}`;

/** A command of root's whose program runs under Pod's account, in root's folder and without root's terminal. */
export const asPod = (deployment: Deployment, command: Line): Line =>
  deployment.redis.container
    ? command
    : withoutTerminal(shell`${underAccount(deployment, [])}${command}`);

/**
 * The same in the project folder.
 *
 * @param filter the command that reads its output, if there is one
 */
export const asPodInProject = (deployment: Deployment, command: Line, filter?: Line): Line => {
  const folder = inProject(deployment);
  const own = deployment.redis.container
    ? command
    : withoutTerminal(shell`${underAccount(deployment, folder)}${command}`);
  return filter ? shell`${own} | ${filter}` : own;
};

/** The lines of a command that reads a Python script, as {@link asPodInProject} runs it. */
export const asPodWithScript = (
  deployment: Deployment,
  command: Line,
  lines: readonly string[],
): Line[] => [
  deployment.redis.container
    ? shell`${command} <<${string("'PYTHON'")}`
    : shell`${underAccount(deployment, inProject(deployment))}${command} <<${string("'PYTHON'")} 2>&1 | ${PLAIN}`,
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
