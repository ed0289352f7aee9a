import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import type { ConfigFile } from '../../src/emit/files.ts';
import { plan } from '../../src/model/deployment.ts';
import type { Role } from '../../src/pod/roles.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { PodServer } from './pod.ts';
import { freePort, temporaryFolder, type Finally } from './processes.ts';
import { ask, startRedis, type Door } from './redis.ts';

/** A password, as the generator recommends. */
const PASSWORD = 'p@ss word';

/** The servers of an architecture, whose Redis can be killed and started again. */
export class Site {
  readonly files: readonly ConfigFile[];
  readonly architecture: Architecture;
  readonly #atEnd: Finally;
  readonly #folder: string;
  #kill = () => Promise.resolve();

  private constructor(architecture: Architecture, files: readonly ConfigFile[], atEnd: Finally) {
    this.architecture = architecture;
    this.files = files;
    this.#atEnd = atEnd;
    this.#folder = temporaryFolder(atEnd);
  }

  /** @param change what is changed in the files for the test's sake */
  static async create(
    choices: Partial<Architecture>,
    atEnd: Finally,
    change = (files: readonly ConfigFile[]) => files,
  ): Promise<Site> {
    const port = await freePort();
    const usual = { ...DEFAULTS, auth: 'password', service: 'systemd' } as const;
    const architecture: Architecture = { ...usual, ...choices, port };
    const files = change(emitted(architecture, { password: PASSWORD }));
    const site = new Site(architecture, files, atEnd);
    await site.startRedis();
    return site;
  }

  /** Starts Redis with what it had when it ended. */
  async startRedis(): Promise<void> {
    const conf = textAt(this.files, 'redis/redis.conf');
    const { stop } = await startRedis(conf, this.#atEnd, this.#folder);
    this.#kill = stop;
  }

  /** Ends Redis as a power cut does, or as a clean stop of the machine does. */
  async stopRedis(how: 'killed' | 'stopped'): Promise<void> {
    if (how === 'stopped') await ask(this.door, 'SHUTDOWN');
    await this.#kill();
  }

  get door(): Door {
    return { host: '127.0.0.1', port: this.architecture.port, password: PASSWORD };
  }

  /** A server that has a role; each call gives another one of the same kind. */
  async server(role: Role): Promise<PodServer> {
    const group = plan(this.architecture).servers.find(({ roles }) => roles.includes(role));
    if (!group) throw new Error(`There is no server with the role ${role}.`);
    return PodServer.create(group, this.files, this.#atEnd);
  }

  /** How many tasks workers hold that they have not acknowledged. */
  async held(): Promise<number> {
    const databases = new Set(
      plan(this.architecture).uses.flatMap(({ as, database }) =>
        as === 'producer' ? [this.architecture[`db.${database}`]] : [],
      ),
    );
    const lengths = [...databases].map(async (number) =>
      Number(await ask(this.door, '-n', String(number), 'HLEN', 'unacked')),
    );
    return (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0);
  }

  /** The length of each queue. */
  async waiting(): Promise<Record<string, number>> {
    const lengths = plan(this.architecture)
      .uses.filter(({ as }) => as === 'producer')
      .map(async ({ queue = '', database }) => {
        const number = String(this.architecture[`db.${database}`]);
        return [queue, Number(await ask(this.door, '-n', number, 'LLEN', queue))] as const;
      });
    return Object.fromEntries(await Promise.all(lengths));
  }
}
