import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { codeText } from '../../src/emit/code.ts';
import { plan, type Deployment } from '../../src/model/deployment.ts';
import type { ProcedureId } from '../../src/emit/quotes/procedures.ts';
import { answers } from '../emit/answers.ts';
import { emitted } from '../emit/emitted.ts';
import { quotesOf } from '../emit/quotes/quoted.ts';
import type { Machine } from './machine.ts';
import { PodMachine } from './podMachine.ts';

/** The password that the tests' readers choose. */
export const PASSWORD = 'a-long-password';

/**
 * Follows a step of a page on one server: writes its files, with the password that the form was
 * given, and types the commands; gives what they print.
 *
 * @param server the role that the pieces for this machine name
 */
export async function follow(
  machine: Machine,
  deployment: Deployment,
  id: ProcedureId,
  server: string,
): Promise<string> {
  let printed = '';
  for (const { server: its, host, path, lines } of quotesOf(id, deployment, 'fr', PASSWORD)) {
    if ((its !== server && its !== 'any') || (host !== undefined && host !== machine.address))
      continue;
    const typed = codeText(lines);
    if (path === undefined) {
      const access = quotesOf('cli.access', deployment).map((quote) => codeText(quote.lines));
      const script = typed.includes('redis-cli') ? `${access.join('')}${typed}` : typed;
      printed += (
        await machine.run(script, {
          input: answers(script, PASSWORD),
        })
      ).stdout;
    } else await machine.write(path.startsWith('/') ? path : `/root/${path}`, typed);
  }
  return printed;
}

/** The steps of the page up to a Redis that runs, in their order. */
const STEPS: ProcedureId[] = [
  'install.package',
  'install.conf',
  'install.include',
  'install.certificate',
  'install.start',
  'install.sentinel',
  'install.sentinel.start',
  'install.firewall',
  'install.firewall.load',
  'install.socket',
];

/** Installs Redis with the page's commands, until it runs. */
export async function installRedis(machine: Machine, deployment: Deployment): Promise<void> {
  for (const step of STEPS) await follow(machine, deployment, step, 'redis');
  const active = 'systemctl is-active redis-server || tail -n 5 /var/log/redis/redis-server.log';
  const said = await machine.done(active);
  if (said !== 'active\n') throw new Error(said);
}

/** The deployment of an architecture that has the defaults but for some choices. */
export const deploymentOf = (choices: Partial<Architecture>) => plan({ ...DEFAULTS, ...choices });

/** The answer of a machine's Redis to a command of redis-cli, with the password. */
export const askRedis = async (machine: Machine, command: string): Promise<string> =>
  (await machine.done(`REDISCLI_AUTH=${PASSWORD} redis-cli ${command}`)).trim();

/** Writes the files of an architecture's web server, other than Redis's own. */
export async function putFiles(
  pod: PodMachine,
  choices: Partial<Architecture>,
  password = PASSWORD,
): Promise<void> {
  const files = emitted(choices, { password });
  await pod.put(files.filter(({ server, name }) => server === 'web' && name !== 'redis.conf'));
}

/** Installs Redis and Pod on one server, with the commands of the earlier pages. */
export async function installWebServer(machine: Machine): Promise<PodMachine> {
  await installRedis(machine, deploymentOf({}));
  const pod = new PodMachine(machine);
  await pod.install('web');
  await putFiles(pod, {});
  return pod;
}
