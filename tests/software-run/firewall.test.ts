import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { fileText } from '../../src/emit/files.ts';
import { architectures } from '../model/architecture.ts';
import { rulesOf, rulesTextOf } from '../emit/emitted.ts';
import { ip, nft, redisServer, ufw } from '../software.ts';
import { run, temporaryFolder, type Ended } from './processes.ts';

const linux = process.platform === 'linux';
const root = process.getuid?.() === 0;
const OTHER_SYSTEM = 'nftables and ufw only exist on Linux';
const NOT_ROOT = 'only root may join network namespaces and run ufw';

/** Has nft check rules, in a network of its own, which an ordinary user may have too. */
const checked = (rules: string): Promise<Ended> =>
  run('unshare', ['--net', ...(root ? [] : ['--map-root-user']), nft(), '-c', '-f', '-'], {
    input: rules,
  });

const SERVER = { ipv4: '10.77.0.1', ipv6: 'fd77::1' };
/** The addresses of another machine. */
const OTHER = [
  '10.77.0.10',
  '10.77.0.20',
  '10.77.0.33',
  '10.77.0.99',
  'fd77::10',
  'fd77::20',
  'fd77::99',
];
const [PORT, SENTINEL, SSH] = [6379, 26380, 2222];

/** Tries to have a `PONG` from each of `[from, to, port]`; a firewall leaves one without answer. */
const KNOCK = `
const { connect } = require('node:net');
const knock = ([localAddress, host, port]) => new Promise((resolve) => {
  const socket = connect({ localAddress, host, port, family: host.includes(':') ? 6 : 4 });
  const end = (answer) => { socket.destroy(); resolve(answer); };
  socket.setTimeout(3000, () => end('silence'));
  socket.once('error', (error) => end(error.code));
  socket.once('data', (data) => end(String(data).trim()));
  socket.write('PING\\r\\n');
});
Promise.all(JSON.parse(process.argv[1]).map(knock)).then((all) => console.log(JSON.stringify(all)));`;

/** The answers of a server on {@link PORT}, {@link SENTINEL} and {@link SSH}, by who asks. */
type Answers = Record<string, readonly string[]>;

/**
 * A server with its firewall and another machine, each with a network of its own, joined by a
 * cable. Redis listens on three ports of the server, for whatever program there would be.
 *
 * @param load commands that load the firewall, in a folder that has these files
 * @returns what each address gets; the server itself is `itself`
 */
async function answers(load: string, files: Readonly<Record<string, string>>): Promise<Answers> {
  const folder = temporaryFolder(onTestFinished);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await cp('/etc/ufw', join(folder, 'ufw'), { recursive: true });
  const asked = OTHER.flatMap((from) =>
    [PORT, SENTINEL, SSH].map((port) => [
      from,
      from.includes(':') ? SERVER.ipv6 : SERVER.ipv4,
      port,
    ]),
  );
  const itself = [SERVER.ipv4, SERVER.ipv6, '127.0.0.1', '::1'].map((own) => [own, own, PORT]);
  const script = `set -e
    cd ${folder}
    mount --bind ufw /etc/ufw
    "$IP" link set lo up
    unshare --net sleep 60 &
    other=$!
    until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
    "$IP" link add cable type veth peer name cable netns $other
    "$IP" address add ${SERVER.ipv4}/24 dev cable
    "$IP" address add ${SERVER.ipv6}/64 dev cable nodad
    "$IP" link set cable up
    there() { nsenter --net=/proc/$other/ns/net "$@"; }
    for address in ${OTHER.filter((each) => !each.includes(':')).join(' ')}; do
      there "$IP" address add $address/24 dev cable
    done
    for address in ${OTHER.filter((each) => each.includes(':')).join(' ')}; do
      there "$IP" address add $address/64 dev cable nodad
    done
    there "$IP" link set cable up
    for port in ${PORT} ${SENTINEL} ${SSH}; do
      "$REDIS" --port $port --bind 0.0.0.0 :: --protected-mode no --save '' --daemonize no >$port.log &
      until grep -q 'Ready to accept' $port.log; do sleep 0.05; done
    done
    { ${load}
    } >&2
    there "$NODE" -e "$KNOCK" '${JSON.stringify(asked)}'
    "$NODE" -e "$KNOCK" '${JSON.stringify(itself)}'`;
  const own = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const { status, stdout, stderr } = await run('unshare', [...own, 'sh', '-c', script], {
    env: { IP: ip(), NFT: nft(), UFW: ufw(), REDIS: redisServer(), NODE: process.execPath, KNOCK },
  });
  if (status !== 0) throw new Error(`The networks ended with ${status}:\n${stderr}`);
  const [others = [], own4and6 = []] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string[]);
  return {
    ...Object.fromEntries(OTHER.map((from, at) => [from, others.slice(3 * at, 3 * at + 3)])),
    itself: own4and6,
  };
}

const choices: Partial<Architecture> = {
  arch: 'celery',
  web: 2,
  workers: 2,
  redis: 'dedicated',
  host: SERVER.ipv4,
  port: PORT,
  'from.web': '10.77.0.10,fd77::10',
  // The second of these is in the first.
  'from.workers': '10.77.0.32/30,10.77.0.33',
};
const sentinels = `10.77.0.1:${SENTINEL},10.77.0.20:${SENTINEL},[fd77::20]:${SENTINEL}`;

const OUT = ['silence', 'silence', '+PONG'];
const IN = ['+PONG', '+PONG', '+PONG'];
/** With no sentinel, its port is none of the firewall's business, unless all are shut. */
const ONLY_REDIS_SHUT = ['silence', '+PONG', '+PONG'];
const ITSELF = ['+PONG', '+PONG', '+PONG', '+PONG'];

describe('nftables', () => {
  test('loads the rules, whatever the architecture, unless an address is missing', async ({
    skip,
  }) => {
    skip(!linux, OTHER_SYSTEM);
    let [loaded, refused] = [0, 0];
    const property = fc.asyncProperty(architectures, async (architecture) => {
      const file = rulesOf({ ...architecture, firewall: 'nftables' });
      if (file === undefined) return;
      const { status, stderr } = await checked(fileText(file));
      if (!file.placeholder) expect(stderr).toBe('');
      expect(status).toBe(file.placeholder ? 1 : 0);
      if (file.placeholder) refused++;
      else loaded++;
    });
    await fc.assert(property, { numRuns: 300 });
    expect(loaded).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  test('refuses what stands for the addresses of a group or of a sentinel', async ({ skip }) => {
    skip(!linux, OTHER_SYSTEM);
    const complete = { ...choices, firewall: 'nftables', sentinels } as const;
    const [full, group, named] = await Promise.all([
      checked(rulesTextOf(complete)),
      checked(rulesTextOf({ ...complete, 'from.web': '' })),
      checked(rulesTextOf({ ...complete, sentinels: 'localhost,10.0.0.2,10.0.0.3' })),
    ]);
    expect(full).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(group.status).toBe(1);
    expect(group.stderr).toContain('WEB-SERVERS.invalid');
    expect(named.status).toBe(1);
    expect(named.stderr).toContain('localhost.invalid');
  });

  const load = '"$NFT" -f redis-pod.nft; "$NFT" -f redis-pod.nft;';

  test('lets in the servers of the architecture and nobody else, loaded twice', async ({
    skip,
  }) => {
    skip(!linux, OTHER_SYSTEM);
    skip(!root, NOT_ROOT);
    const rules = rulesTextOf({ ...choices, firewall: 'nftables' });
    expect(await answers(load, { 'redis-pod.nft': rules })).toEqual({
      '10.77.0.10': IN,
      '10.77.0.20': ONLY_REDIS_SHUT,
      '10.77.0.33': IN,
      '10.77.0.99': ONLY_REDIS_SHUT,
      'fd77::10': IN,
      'fd77::20': ONLY_REDIS_SHUT,
      'fd77::99': ONLY_REDIS_SHUT,
      itself: ITSELF,
    });
  });

  test('with Sentinel, lets in the Redis servers too, and shuts its port to others', async ({
    skip,
  }) => {
    skip(!linux, OTHER_SYSTEM);
    skip(!root, NOT_ROOT);
    const rules = rulesTextOf({ ...choices, firewall: 'nftables', sentinels });
    expect(await answers(load, { 'redis-pod.nft': rules })).toEqual({
      '10.77.0.10': IN,
      '10.77.0.20': IN,
      '10.77.0.33': IN,
      '10.77.0.99': OUT,
      'fd77::10': IN,
      'fd77::20': IN,
      'fd77::99': OUT,
      itself: ITSELF,
    });
  });
});

describe('ufw', () => {
  /** Runs firewall.sh with a copy of ufw's own files, then tells what rules there are. */
  async function added(script: string): Promise<Ended> {
    const folder = temporaryFolder(onTestFinished);
    await cp('/etc/ufw', folder, { recursive: true });
    const commands = `mount --bind ${folder} /etc/ufw
      sh -s >&2; status=$?; "$UFW" show added; exit $status`;
    return run('unshare', ['--net', '--mount', 'sh', '-c', commands], {
      input: script,
      env: { UFW: ufw() },
    });
  }

  test('lets in the servers of the architecture, those added later too', async ({ skip }) => {
    skip(!linux, OTHER_SYSTEM);
    skip(!root, NOT_ROOT);
    const later = rulesTextOf({ ...choices, firewall: 'ufw', sentinels });
    const before = rulesTextOf({
      ...choices,
      firewall: 'ufw',
      sentinels,
      'from.web': '10.77.0.11',
    });
    const load = `"$UFW" allow ${SSH}/tcp; "$UFW" --force enable; sh before.sh; sh firewall.sh;`;
    expect(await answers(load, { 'before.sh': before, 'firewall.sh': later })).toEqual({
      '10.77.0.10': IN,
      '10.77.0.20': IN,
      '10.77.0.33': IN,
      '10.77.0.99': OUT,
      'fd77::10': IN,
      'fd77::20': IN,
      'fd77::99': OUT,
      itself: ITSELF,
    });
  });

  test('takes the commands, whatever the architecture, unless an address is missing', async ({
    skip,
  }) => {
    skip(!linux, OTHER_SYSTEM);
    skip(!root, NOT_ROOT);
    const given = { sentinels: '', 'from.web': '192.0.2.1,2001:db8::/33' };
    const firewalled = fc
      .tuple(architectures, fc.boolean())
      .map(([architecture, complete]) =>
        rulesOf({ ...architecture, ...(complete && given), firewall: 'ufw' }),
      )
      .filter((file) => file !== undefined);
    const property = fc.asyncProperty(firewalled, async (file) => {
      const { status, stdout, stderr } = await added(fileText(file));
      if (!file.placeholder) expect(stderr).not.toContain('ERROR');
      expect(status === 0).toBe(!file.placeholder);
      // Nothing is shut before all are let in.
      expect(stdout.includes('ufw deny ')).toBe(!file.placeholder);
    });
    await fc.assert(property, { numRuns: 12, endOnFailure: true });
  });

  test('refuses what stands for the addresses of a group or of a sentinel', async ({ skip }) => {
    skip(!linux, OTHER_SYSTEM);
    skip(!root, NOT_ROOT);
    const complete = { ...choices, firewall: 'ufw' } as const;
    for (const wrong of [{ 'from.web': '' }, { sentinels: 'any,10.0.0.2,10.0.0.3' }]) {
      const { status, stdout, stderr } = await added(rulesTextOf({ ...complete, ...wrong }));
      expect(status).toBe(1);
      expect(stderr).toContain('Bad source address');
      expect(stdout).not.toContain('ufw deny');
    }
  });
});
