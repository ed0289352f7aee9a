import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { until } from '../software-run/processes.ts';
import { ask, type Door } from '../software-run/redis.ts';

/** The fields of a section of INFO. */
export async function info(door: Door, section: string): Promise<Readonly<Record<string, string>>> {
  const lines = (await ask(door, 'INFO', section)).map((line) => line.trim());
  return Object.fromEntries(lines.map((line) => line.split(/:(.*)/s, 2) as [string, string]));
}

/** Reads a number until it has stayed the same for more than a second. */
export async function settled(read: () => Promise<number>): Promise<number> {
  let last = NaN;
  let since = 0;
  await until(async () => {
    const now = await read();
    if (now !== last) since = performance.now();
    last = now;
    return performance.now() - since > 1200;
  });
  return last;
}

/**
 * The memory that keys take, in bytes: what Redis uses, without its connections and the buffer of the
 * append-only file, which come and go. Redis brings the memory of its connections up to date once a second.
 */
export const memoryOfKeys = (door: Door): Promise<number> =>
  settled(async () => {
    const memory = await info(door, 'memory');
    const of = (field: string) => Number(memory[field]);
    return of('used_memory') - of('mem_clients_normal') - of('mem_aof_buffer');
  });

/** The bytes of a key with all of its elements, as Redis counts them; 0 without the key. */
export const memoryOfKey = async (door: Door, database: number, key: string): Promise<number> =>
  Number(await ask(door, '-n', String(database), 'MEMORY', 'USAGE', key, 'SAMPLES', '0'));

/** The number of keys in a database. */
export const countKeys = async (door: Door, database: number): Promise<number> =>
  Number(await ask(door, '-n', String(database), 'DBSIZE'));

/** A connection to Redis. */
export interface Connection {
  /** The port of the client's end. */
  readonly port: number;
  readonly database: number;
  /** The memory that it takes in Redis, in bytes. */
  readonly memory: number;
  /** The last command. */
  readonly command: string;
}

/** All connections but the one that asks. */
export async function connections(door: Door): Promise<Connection[]> {
  const clients = await ask(door, 'CLIENT', 'LIST');
  return clients
    .filter((line) => !line.includes(' cmd=client|list '))
    .map((line) => {
      const field = (name: string) => new RegExp(` ${name}=(\\S*)`).exec(line)?.[1] ?? '';
      return {
        port: Number(field('addr').split(':').at(-1)),
        database: Number(field('db')),
        memory: Number(field('tot-mem')),
        command: field('cmd'),
      };
    });
}

/** The ports of a process's own ends of its TCP connections. Needs Linux. */
function portsOf(pid: number): number[] {
  try {
    const folder = `/proc/${pid}/fd`;
    const sockets = new Set(
      readdirSync(folder).flatMap((name) => {
        const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`)) ?? [];
        return inode ?? [];
      }),
    );
    const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').slice(1);
    return rows.flatMap((row) => {
      const [, local = '', , , , , , , , inode = ''] = row.trim().split(/\s+/);
      return sockets.has(inode) ? Number.parseInt(local.split(':')[1] ?? '', 16) : [];
    });
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** Those connections that processes have. */
export function ownedBy(
  processes: readonly number[],
  all: readonly Connection[],
): readonly Connection[] {
  const ports = new Set(processes.flatMap(portsOf));
  return all.filter(({ port }) => ports.has(port));
}

/** Commands by which a connection begins, and those that measure. */
const BESIDE = /^(?:auth|hello|select|client|info|config)\b/;

/** The calls of each command since the statistics were reset, except those of {@link BESIDE}. */
export async function commands(door: Door): Promise<Readonly<Record<string, number>>> {
  const stats = await info(door, 'commandstats');
  return Object.fromEntries(
    Object.entries(stats).flatMap(([field, values]) => {
      const command = field.replace(/^cmdstat_/, '');
      const calls = Number(/^calls=(\d+)/.exec(values)?.[1]);
      return field.startsWith('cmdstat_') && !BESIDE.test(command) ? [[command, calls]] : [];
    }),
  );
}
