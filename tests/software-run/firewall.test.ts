import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { fileText } from '../../src/emit/files.ts';
import { architectures } from '../model/architecture.ts';
import { rulesOf, rulesTextOf } from '../emit/emitted.ts';
import { ip, nft, redisServer, ufw } from '../software.ts';
import { run, temporaryFolder, type Ended } from './processes.ts';

beforeEach(({ skip }) => {
  skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'firewalls need Linux and root');
});

const SERVER = { ipv4: '10.77.0.1', ipv6: 'fd77::1' };
/** The addresses of another machine. */
const OTHER = [
  ...['10.77.0.10', '10.77.0.20', '10.77.0.33', '10.77.0.99'],
  ...['fd77::10', 'fd77::20', 'fd77::99'],
];
const isIpv6 = (address: string) => address.includes(':');
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
 * @returns the result for each address; the server's own is `itself`
 */
async function answers(load: string, files: Readonly<Record<string, string>>): Promise<Answers> {
  const folder = temporaryFolder(onTestFinished);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await cp('/etc/ufw', join(folder, 'ufw'), { recursive: true });
  const asked = OTHER.flatMap((from) =>
    [PORT, SENTINEL, SSH].map((port) => [from, isIpv6(from) ? SERVER.ipv6 : SERVER.ipv4, port]),
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
    for network in ${OTHER.map((each) => `${each}/${isIpv6(each) ? 64 : 24}`).join(' ')}; do
      there "$IP" address add $network dev cable nodad
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

/** The answers where some addresses are let in and the others get nothing from some ports. */
const expected = (inside: readonly string[], outside: readonly string[]): Answers => ({
  ...Object.fromEntries(
    OTHER.map((from) => [from, inside.includes(from) ? Array(3).fill('+PONG') : outside]),
  ),
  itself: Array(4).fill('+PONG'),
});
const PODS = ['10.77.0.10', '10.77.0.33', 'fd77::10'];
/** Without sentinels, the firewall leaves their port alone. */
const ONLY_PODS = expected(PODS, ['silence', '+PONG', '+PONG']);
const WITH_SENTINELS = expected(
  [...PODS, '10.77.0.20', 'fd77::20'],
  ['silence', 'silence', '+PONG'],
);

const NFTABLES = '"$NFT" -f rules; "$NFT" -f rules;';
const UFW = `"$UFW" allow ${SSH}/tcp; "$UFW" --force enable; sh before; sh rules;`;

test.for<[what: string, firewall: 'nftables' | 'ufw', load: string, sentinels: string, Answers]>([
  ['loaded twice', 'nftables', NFTABLES, '', ONLY_PODS],
  ['with Sentinel', 'nftables', NFTABLES, sentinels, WITH_SENTINELS],
  ['some of which are added later', 'ufw', UFW, sentinels, WITH_SENTINELS],
])(
  'the servers of the architecture are let in and nobody else, %s: %s',
  async ([, firewall, load, sentinels, answered]) => {
    const complete = { ...choices, firewall, sentinels };
    const rules = rulesTextOf(complete);
    const before = rulesTextOf({ ...complete, 'from.web': '10.77.0.11' });
    expect(await answers(load, { rules, before })).toEqual(answered);
  },
);

describe('nftables', () => {
  /** Has nft check rules, in a separate network. */
  const checked = (rules: string) =>
    run('unshare', ['--net', nft(), '-c', '-f', '-'], { input: rules });

  test('loads the rules, whatever the architecture, unless an address is missing', async () => {
    const found = new Set<number | null>();
    const property = fc.asyncProperty(architectures, async (architecture) => {
      const file = rulesOf({ ...architecture, firewall: 'nftables' });
      if (file === undefined) return;
      const { status, stderr } = await checked(fileText(file));
      if (!file.placeholder) expect(stderr).toBe('');
      expect(status).toBe(file.placeholder ? 1 : 0);
      found.add(status);
    });
    await fc.assert(property, { numRuns: 300 });
    expect(found.size).toBe(2);
  });

  test('refuses the placeholder of a group’s or a sentinel’s address', async () => {
    for (const [wrong, named] of [
      [{ 'from.web': '' }, 'WEB-SERVERS.invalid'],
      [{ sentinels: 'localhost,10.0.0.2,10.0.0.3' }, 'localhost.invalid'],
    ] as const) {
      const rules = rulesTextOf({ ...choices, firewall: 'nftables', sentinels, ...wrong });
      const { status, stderr } = await checked(rules);
      expect(status).toBe(1);
      expect(stderr).toContain(named);
    }
  });
});

describe('ufw', () => {
  /** Runs firewall.sh with a copy of ufw's files, then shows the rules there are. */
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

  test('takes the commands, whatever the architecture, unless an address is missing', async () => {
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

  test('refuses the placeholder of a group’s or a sentinel’s address', async () => {
    for (const wrong of [{ 'from.web': '' }, { sentinels: 'any,10.0.0.2,10.0.0.3' }]) {
      const script = rulesTextOf({ ...choices, firewall: 'ufw', ...wrong });
      const { status, stdout, stderr } = await added(script);
      expect(status).toBe(1);
      expect(stderr).toContain('Bad source address');
      expect(stdout).not.toContain('ufw deny');
    }
  });
});
