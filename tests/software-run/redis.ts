import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stackServer } from '../stacks/environment.ts';
import { run, serve, stopAtEnd, temporaryFolder, type Finally, type Service } from './processes.ts';

/** A running Redis server, and the folder of its data. */
export interface RedisService extends Service {
  readonly folder: string;
}

/** Runs redis-server with a configuration until the test ends, by default without any data. */
export async function startRedis(
  conf: string,
  atEnd: Finally,
  folder = temporaryFolder(atEnd),
): Promise<RedisService> {
  await writeFile(join(folder, 'redis.conf'), conf);
  const service = await serve(stackServer(), ['redis.conf'], { cwd: folder }, (said) =>
    /ready to accept connections/i.test(said),
  );
  stopAtEnd(`redis-server (${folder})`, service, atEnd);
  return { ...service, folder };
}

/** Runs a sentinel with a configuration until the test ends. */
export async function startSentinel(conf: string, atEnd: Finally): Promise<Service> {
  const folder = temporaryFolder(atEnd);
  await writeFile(join(folder, 'sentinel.conf'), conf);
  const args = ['sentinel.conf', '--sentinel'];
  const service = await serve(stackServer(), args, { cwd: folder }, (said) =>
    said.includes('+monitor master'),
  );
  stopAtEnd(`redis-sentinel (${folder})`, service, atEnd);
  return service;
}

/** The address of a Redis server and the means to get in. */
export interface Door {
  readonly host: string;
  readonly port: number;
  /** The Unix socket to take instead. */
  readonly socket?: string;
  readonly user?: string;
  readonly password?: string;
  /** The authority of the server's certificate, to come by TLS. */
  readonly ca?: string;
}

/** Sends a command to a Redis server with redis-cli, and returns the lines of the output. */
export async function ask(door: Door, ...command: string[]): Promise<string[]> {
  const { host, port, socket, user, password, ca } = door;
  const way = [
    ...(socket === undefined ? ['-h', host, '-p', String(port)] : ['-s', socket]),
    ...(user === undefined ? [] : ['--user', user]),
    ...(ca === undefined ? [] : ['--tls', '--cacert', ca]),
  ];
  const { stdout, stderr } = await run('redis-cli', [...way, ...command], {
    env: password === undefined ? {} : { REDISCLI_AUTH: password },
  });
  return (stdout + stderr).split('\n').filter((line) => line !== '');
}

/** The names of all keys, by database, of a server with the usual 16. */
export async function keysOf(door: Door): Promise<Record<number, string[]>> {
  const found: Record<number, string[]> = {};
  for (let database = 0; database < 16; database++) {
    const keys = await ask(door, '-n', String(database), '--scan');
    if (keys.length > 0) found[database] = keys.sort();
  }
  return found;
}

/** The commands that Redis has refused its ACL users since it started; none where it has no users. */
export async function refusedByAcl(door: Door): Promise<string[]> {
  if (door.user === undefined) return [];
  const said = await ask(door, 'ACL', 'LOG', '128');
  const after = (name: string, from: number) => said[said.indexOf(name, from) + 1] ?? '';
  return (
    said
      .flatMap((line, at) =>
        line === 'reason'
          ? `${after('username', at)}: ${after('reason', at)} ${after('object', at)}`
          : [],
      )
      // redis-py names itself to Redis 7.2 and later, and ignores a refusal; Redis 7.0 has no such right.
      .filter((refusal) => !refusal.endsWith(' client|setinfo'))
  );
}
