import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach } from 'vitest';
import {
  children,
  hasFailed,
  run,
  serve,
  showLog,
  temporaryFolder,
  until,
  type Ended,
  type Finally,
  type Service,
} from '../software-run/processes.ts';
import { release } from '../stacks/debian.ts';
import { environment, hasEnvironment, isRelease, stack } from '../stacks/environment.ts';
import type { EnvironmentName, PackagesName } from '../stacks/stacks.ts';

/** Units that start with every machine though nobody enabled them, and would only slow it down. */
const MASKED =
  'console-getty.service getty.target networking.service ' +
  'systemd-networkd.service systemd-resolved.service systemd-timesyncd.service';

/** The address of a machine's network, and of the bridge that its machines are on. */
const BRIDGE = '10.77.0.254/24';

/** Arguments for `find` that remove a tree of cgroups: their files go with the folders. */
const REMOVE = ['-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'];

/** The folder of an environment on every machine. */
const placeOnMachine = (name: EnvironmentName): string => `/opt/${name}`;

/** Python with the packages of an environment or of a release, on a machine. */
export const pythonOnMachine = (name: PackagesName): string =>
  isRelease(name) ? '/usr/bin/python3' : `${placeOnMachine(name)}/bin/python`;

/** Options that show the environments to a machine, with no right to write. */
const BOUND = [stack.web, stack.encode]
  .filter((name) => !isRelease(name))
  .filter(hasEnvironment)
  .map((name) => `--bind-ro=${realpathSync(environment(name))}:${placeOnMachine(name)}`);

/** The most seconds that a machine takes to start: ten times as many as on two idle cores. */
const BOOT = 120;

/** The number of last commands that a machine shows when the test fails. */
const REMEMBERED = 3;

/** Makes the mounts and the network that machines need, for as long as the shell lives. */
const world = (folder: string) => `set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs ${folder}
umount -R /sys/fs/cgroup/unified 2>/dev/null || true
ip link set lo up
ip link add br0 type bridge
ip address add ${BRIDGE} dev br0
ip link set br0 up
echo up
exec sleep infinity`;

/** The files that a machine has: those of the stack's release, or of this machine. */
const lower = () => (isRelease(stack.web) ? join(release(stack.web), 'root') : '/');

/** Makes the file system of a machine: an overlay over those files. */
const files = (folder: string, name: string, address: string) => `set -e
mkdir -p ${folder}/upper ${folder}/work ${folder}/root
mount -t overlay overlay -o lowerdir=${lower()},upperdir=${folder}/upper,workdir=${folder}/work ${folder}/root
cd ${folder}/root
rm -rf dev && mkdir dev
echo ${name} >etc/hostname
rm -rf etc/machine-id etc/resolv.conf var/lib/redis/* etc/systemd/system/multi-user.target.wants etc/systemd/system/timers.target.wants
# With no identity of its own it would enable all that is installed, as at its first start.
od -An -N16 -tx1 /dev/urandom | tr -d ' ' >etc/machine-id
cat >etc/systemd/system/address.service <<'UNIT'
[Unit]
DefaultDependencies=no
Before=network-pre.target network.target
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip address add ${address}/24 dev host0 && ip link set host0 up'
UNIT
mkdir -p etc/systemd/system/sysinit.target.wants
ln -sf ../address.service etc/systemd/system/sysinit.target.wants/
for unit in ${MASKED}; do ln -sf /dev/null etc/systemd/system/$unit; done`;

const MOUNTS = process.platform === 'linux' ? readFileSync('/proc/self/mounts', 'utf8') : '';

/** The folder of cgroups of version 2 on this machine, if it has them. */
const CGROUPS = /^\S+ (\S+) cgroup2 /m.exec(MOUNTS)?.[1];

/**
 * Where a machine needs a cgroup of its own. Where systemd's cgroups of version 1 are mounted too,
 * systemd-nspawn makes those of version 2 by the name that they have there.
 */
const HIERARCHIES = [
  CGROUPS ?? [],
  /^\S+ (\S+) cgroup \S*\bname=systemd\b/m.exec(MOUNTS)?.[1] ?? [],
].flat();

/** Whether machines can be booted here: in a container, root may not be allowed to mount. */
const canBoot =
  CGROUPS !== undefined &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', [
    '--mount',
    '--net',
    'sh',
    '-c',
    `set -e; mount --make-rprivate /; mount -t tmpfs tmpfs /mnt; mkdir /mnt/u /mnt/w /mnt/m
    mount -t overlay overlay -o lowerdir=${lower()},upperdir=/mnt/u,workdir=/mnt/w /mnt/m
    mount -t cgroup2 cgroup2 /mnt/m/mnt
    ip link add br0 type bridge; command -v systemd-nspawn`,
  ]).status === 0;

/** Skips the tests of a file where no machine can be booted. */
export function needMachines(): void {
  beforeEach(({ skip }) => {
    skip(!canBoot, 'machines need Linux, root, and the right to mount and to make networks');
  });
}

/**
 * A server with Debian's own systemd, on which commands run as an administrator types them. It has
 * all that is installed on this one, and its own copy of every file; Redis is installed and has
 * never been started.
 */
export class Machine {
  readonly name: string;
  readonly address: string;
  readonly #start: () => Promise<Service>;
  readonly #commands: string[] = [];
  #stop = () => Promise.resolve();
  #leader = 0;

  /** @param start starts systemd-nspawn, and gives its process */
  constructor(name: string, address: string, start: () => Promise<Service>) {
    this.name = name;
    this.address = address;
    this.#start = start;
  }

  /** Starts it, or starts it again after {@link stop}, with the files it had. */
  async boot(): Promise<void> {
    const { pid, said, stop } = await this.#start();
    this.#stop = async () => {
      // The machine outlives systemd-nspawn, but not its own first process.
      if (alive(this.#leader)) process.kill(this.#leader, 'SIGKILL');
      await stop();
    };
    try {
      await until(() => (this.#leader = leaderOf(pid)) > 0, BOOT);
      await until(async () => {
        const { stdout } = await this.run('systemctl is-system-running 2>/dev/null');
        return /running|degraded/.test(stdout);
      }, BOOT);
    } catch (cause) {
      throw new Error(`${this.name} does not start:\n${said()}`, { cause });
    }
  }

  /** Takes its power away. */
  async stop(): Promise<void> {
    await this.#stop();
  }

  /** Starts it anew as an administrator does, with a clean stop of all its services. */
  async reboot(): Promise<void> {
    await this.run('systemctl poweroff');
    const leader = this.#leader;
    await until(() => !alive(leader), BOOT);
    this.#leader = 0;
    await this.#stop();
    await this.boot();
  }

  /**
   * Runs commands to their end, as root in its own folder.
   *
   * @param script the script for bash
   * @param options its input, and the account that runs it
   */
  async run(script: string, { input = '', user = 'root' } = {}): Promise<Ended> {
    const home = user === 'root' ? '/root' : '/tmp';
    const args = [
      `--target=${this.#leader}`,
      ...['mount', 'uts', 'ipc', 'net', 'pid', 'cgroup', 'root', 'wd'].map((each) => `--${each}`),
      '--',
      'env',
      '-i',
      `--chdir=${home}`,
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      `HOME=${home}`,
      'LANG=C.UTF-8',
      ...(user === 'root' ? [] : ['runuser', '-u', user, '--']),
      'bash',
      '-c',
      script,
    ];
    const ended = await run('nsenter', args, { input });
    this.#commands.push(`$ ${script}\n${ended.stdout}${ended.stderr}(status ${ended.status})`);
    this.#commands.splice(0, this.#commands.length - REMEMBERED);
    return ended;
  }

  /** Prints the machine's last commands with their output, its journal and the logs of Redis. */
  async showLogs(): Promise<void> {
    const commands = this.#commands.join('\n');
    const logs = 'journalctl --no-pager --lines 40; tail -n 20 /var/log/redis/*.log';
    const { stdout, stderr } = await this.run(logs);
    showLog(`${this.name} (${this.address}), last commands`, commands);
    showLog(`${this.name} (${this.address}), journal and logs of Redis`, stdout + stderr);
  }

  /** Runs commands that must succeed, and returns their output. */
  async done(script: string, options: { input?: string; user?: string } = {}): Promise<string> {
    const { status, stdout, stderr } = await this.run(script, options);
    if (status !== 0) throw new Error(`${this.name}: ${script}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Writes a file, with its folder where there is none. */
  async write(path: string, text: string, mode = '644'): Promise<void> {
    await this.done(`mkdir -p "$(dirname ${path})" && cat >${path} && chmod ${mode} ${path}`, {
      input: text,
    });
  }
}

/** The process that is the first one in a machine, among what another has started; 0 for none. */
function leaderOf(pid: number): number {
  for (const child of children(pid)) {
    const within = leaderOf(child);
    if (within > 0) return within;
    try {
      // Its numbers on this machine, among the machines, and in its own.
      const status = readFileSync(`/proc/${child}/status`, 'utf8');
      if (/^NSpid:(\s+\d+){2,}\s+1$/m.test(status)) return child;
    } catch {
      // It has ended meanwhile.
    }
  }
  return 0;
}

function alive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts machines that reach each other, by address and by name (`s1`, `s2`…), and nothing else.
 * They are gone with all that they wrote when the test ends.
 *
 * @param addresses the IPv4 address of each, in 10.77.0.0/24
 */
export async function boot<const Addresses extends readonly string[]>(
  atEnd: Finally,
  ...addresses: Addresses
): Promise<{ [At in keyof Addresses]: Machine }> {
  const folder = temporaryFolder(atEnd);
  // The end of the first process of a PID namespace ends all others in it, the machines too.
  const spaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const holder = await serve('unshare', [...spaces, 'sh', '-c', world(folder)], {}, (said) =>
    said.includes('up'),
  );
  const [first = 0] = children(holder.pid);
  const entries = addresses.map((address, at) => [`s${at + 1}`, address] as const);
  const hosts = entries.map(([name, address]) => `${address} ${name}\n`).join('');
  const within = [`--target=${first}`, '--mount', '--net', '--pid', '--'];
  // In a shared cgroup, each machine's systemd would remove the groups of the others.
  const groups = HIERARCHIES.map((hierarchy) => join(hierarchy, `machines-${holder.pid}`));
  const machines = entries.map(([name, address]) => {
    const own = join(folder, name);
    const owned = groups.map((each) => join(each, name));
    for (const group of owned) mkdirSync(group, { recursive: true });
    const start = () =>
      serve(
        'sh',
        [
          '-c',
          'for group in $0; do echo $$ >"$group/cgroup.procs" || exit; done; exec "$@"',
          owned.join(' '),
          'nsenter',
          ...within,
          'env',
          'SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1',
          'systemd-nspawn',
          `--directory=${own}/root`,
          `--machine=${name}-${holder.pid}`,
          `--hostname=${name}`,
          '--register=no',
          '--keep-unit',
          '--network-bridge=br0',
          '--resolv-conf=off',
          '--console=read-only',
          ...BOUND,
          '--boot',
          'systemd.unified_cgroup_hierarchy=1',
        ],
        {},
        (said) => said.includes('Spawning'),
      );
    return new Machine(name, address, start);
  });
  atEnd(async (context) => {
    if (hasFailed(context)) for (const machine of machines) await machine.showLogs();
    await holder.stop();
    // A cgroup cannot be removed before its last process is gone.
    await until(async () => {
      const left = groups.filter((group) => existsSync(group));
      if (left.length > 0) await run('find', [...left, ...REMOVE]);
      return !left.some((group) => existsSync(group));
    });
  });
  await Promise.all(
    machines.map(async (machine) => {
      const made = await run(
        'nsenter',
        [
          ...within,
          'sh',
          '-c',
          `${files(join(folder, machine.name), machine.name, machine.address)}\ncat >etc/hosts`,
        ],
        { input: `127.0.0.1 localhost\n::1 localhost\n${hosts}` },
      );
      if (made.status !== 0) throw new Error(made.stderr);
      await machine.boot();
    }),
  );
  return machines as { [At in keyof Addresses]: Machine };
}
