import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ADDRESS_PLACEHOLDER } from '../../src/model/address.ts';
import { DOCKER_HOST } from '../../src/pod/limits.ts';
import { asksPassword } from '../../src/model/applies.ts';
import { DEFAULTS, type Architecture, type FieldName } from '../../src/model/architecture.ts';
import { FIELDS, readFields } from '../../src/model/fields.ts';
import { check } from '../../src/model/check.ts';
import type { Issue, IssueCode } from '../../src/model/issues.ts';
import { parseLink } from '../../src/model/link.ts';
import { STRONG, strongPassword } from '../../src/model/password.ts';
import { serverCount } from '../../src/model/servers.ts';
import { PRESETS } from '../../src/model/presets.ts';
import { speaker } from '../../src/model/say.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { runs } from '../sets.ts';
import { architectures, distinctArchitectures, passwords } from './architecture.ts';

const typed = (field: FieldName, text: string) =>
  readFields(new Map([[field, text]]), DEFAULTS).issues;
/** The network of all servers, for a firewall that asks for no address. */
const FROM: Partial<Architecture> = {
  'from.web': '10.1.0.0/16',
  'from.cron': '10.1.0.0/16',
  'from.workers': '10.1.0.0/16',
  'from.transcription': '10.1.0.0/16',
  'from.xapi': '10.1.0.0/16',
};
const checked = (choices: Partial<Architecture>, password?: string) =>
  check({ ...DEFAULTS, ...FROM, ...choices }, password);
const SENTINELS: Partial<Architecture> = {
  redis: 'dedicated',
  sentinels: '10.0.0.5:26379,10.0.0.6:26379,10.0.0.7:26379',
};
const STRONG_PASSWORD = 'Vx7kQ2mLw9RtBn4s';
const linked = (text: string) => parseLink(text).issues;

const loud = 'error' as const;

/** An example of every issue; the type requires one for each code. */
const EXAMPLES: Readonly<
  Record<IssueCode, readonly [found: readonly Issue[], expected: Omit<Issue, 'code'>]>
> = {
  'host.malformed': [typed('host', 'é.fr'), { field: 'host', severity: loud, params: {} }],
  'host.url': [typed('host', 'redis://h'), { field: 'host', severity: loud, params: {} }],
  'host.brackets': [typed('host', '[::1]'), { field: 'host', severity: loud, params: {} }],
  'host.number': [typed('host', '127.1'), { field: 'host', severity: loud, params: {} }],
  'choice.unknown': [
    typed('arch', 'cluster'),
    {
      field: 'arch',
      severity: loud,
      params: { values: 'standalone, celery, microservices, runner' },
    },
  ],
  'flag.malformed': [typed('xapi', 'yes'), { field: 'xapi', severity: loud, params: {} }],
  'number.malformed': [
    typed('port', 'many'),
    { field: 'port', severity: loud, params: { min: 1, max: 65535 } },
  ],
  'number.range': [
    typed('db.xapi', '16'),
    { field: 'db.xapi', severity: loud, params: { min: 0, max: 15 } },
  ],
  'prefix.malformed': [
    typed('prefix', 'a b'),
    { field: 'prefix', severity: loud, params: { max: 40 } },
  ],
  'password.malformed': [
    checked({ auth: 'password' }, `${STRONG_PASSWORD}\n`),
    { field: 'password', severity: loud, params: {} },
  ],
  'password.published': [
    checked({ auth: 'password' }, 'REDIS_PASSWORD_TO_REPLACE'),
    { field: 'password', severity: loud, params: {} },
  ],
  'password.weak': [
    checked({ auth: 'password' }, 'secret'),
    { field: 'password', severity: 'warning', params: STRONG },
  ],
  'password.derived': [
    checked({ auth: 'acl' }, 'secret'),
    { field: 'password', severity: loud, params: STRONG },
  ],
  'password.unused': [
    checked({ redis: 'docker' }, STRONG_PASSWORD),
    { field: 'password', severity: 'warning', params: {} },
  ],
  'path.malformed': [
    typed('socket', 'redis.sock'),
    { field: 'socket', severity: loud, params: { max: 100 } },
  ],
  'path.open': [
    checked({ venv: '/tmp/x' }, STRONG_PASSWORD),
    { field: 'venv', severity: loud, params: { path: '/tmp/x' } },
  ],
  'path.results': [
    checked({ results: '/srv/pod/media' }, STRONG_PASSWORD),
    { field: 'results', severity: loud, params: { path: '/srv/pod/media' } },
  ],
  'path.service': [
    checked({ service: 'init', logs: `${DEFAULTS.project}/log` }, STRONG_PASSWORD).filter(
      ({ code }) => code !== 'service.init',
    ),
    { field: 'logs', severity: loud, params: { path: `${DEFAULTS.project}/log` } },
  ],
  'path.system': [
    checked({ results: '/root/.ssh' }, STRONG_PASSWORD),
    { field: 'results', severity: loud, params: { path: '/root/.ssh' } },
  ],
  'user.malformed': [
    typed('user', 'default'),
    { field: 'user', severity: loud, params: { max: 40 } },
  ],
  'socket.servers': [
    checked({ workers: 1, socket: '/run/redis.sock' }, STRONG_PASSWORD),
    { field: 'socket', severity: loud, params: { servers: 2 } },
  ],
  'socket.docker': [
    checked({ redis: 'docker', socket: '/run/redis.sock' }),
    { field: 'socket', severity: loud, params: {} },
  ],
  'tls.docker': [
    checked({ redis: 'docker', tls: true }),
    { field: 'tls', severity: loud, params: {} },
  ],
  'tls.public': [
    checked({ workers: 2, host: '203.0.113.66' }, STRONG_PASSWORD),
    { field: 'tls', severity: 'warning', params: { host: '203.0.113.66' } },
  ],
  'sentinels.malformed': [
    typed('sentinels', '10.0.0.5,10.0.0.6,http://x'),
    { field: 'sentinels', severity: loud, params: { text: 'http://x' } },
  ],
  'sentinels.count': [
    typed('sentinels', '10.0.0.5:26379, 10.0.0.6:26379'),
    { field: 'sentinels', severity: loud, params: { min: 3, max: 9, count: 2 } },
  ],
  'sentinels.twice': [
    typed('sentinels', 'a:1,b:1,A:2'),
    { field: 'sentinels', severity: loud, params: { text: 'A:2' } },
  ],
  'sentinels.missing': [
    checked({ ...SENTINELS, sentinels: 'a.invalid,b.invalid,c' }, STRONG_PASSWORD),
    { field: 'sentinels', severity: 'todo', params: { count: 2 } },
  ],
  'sentinels.place': [
    checked({ ...SENTINELS, redis: 'web' }, STRONG_PASSWORD),
    { field: 'sentinels', severity: loud, params: {} },
  ],
  'sentinels.loopback': [
    checked({ ...SENTINELS, sentinels: '127.0.0.1:1,b:1,c:1' }, STRONG_PASSWORD),
    { field: 'sentinels', severity: loud, params: { host: '127.0.0.1' } },
  ],
  'sessions.sentinel': [
    checked({ ...SENTINELS, tls: true }, STRONG_PASSWORD),
    { field: 'sessions', severity: 'warning', params: {} },
  ],
  'master.malformed': [
    typed('master', 'Pod'),
    { field: 'master', severity: loud, params: { max: 40 } },
  ],
  'account.malformed': [
    typed('account', 'Pod 4'),
    { field: 'account', severity: loud, params: { max: 32 } },
  ],
  'account.root': [
    checked({ account: 'root' }, STRONG_PASSWORD),
    { field: 'account', severity: loud, params: {} },
  ],
  'account.system': [
    checked({ account: 'www-data' }, STRONG_PASSWORD),
    { field: 'account', severity: 'warning', params: { account: 'www-data' } },
  ],
  'service.init': [
    checked({ service: 'init' }, STRONG_PASSWORD),
    { field: 'service', severity: 'warning', params: {} },
  ],
  'from.malformed': [
    typed('from.web', '10.0.0.1, web.univ.fr'),
    { field: 'from.web', severity: loud, params: { text: 'web.univ.fr' } },
  ],
  'from.many': [
    typed('from.web', Array.from({ length: 51 }, (_, at) => `10.0.0.${at}`).join()),
    { field: 'from.web', severity: loud, params: { max: 50 } },
  ],
  'from.missing': [
    checked({ workers: 2, host: '10.0.0.5', 'from.workers': '' }, STRONG_PASSWORD),
    { field: 'from.workers', severity: 'todo', params: { count: 2, server: 'worker' } },
  ],
  'from.count': [
    checked({ workers: 2, host: '10.0.0.5', 'from.workers': '::1' }, STRONG_PASSWORD),
    { field: 'from.workers', severity: 'warning', params: { count: 2, given: 1 } },
  ],
  'from.wide': [
    checked(
      { workers: 2, host: '10.0.0.5', 'from.workers': '0.0.0.0/1,128.0.0.0/1' },
      STRONG_PASSWORD,
    ),
    { field: 'from.workers', severity: loud, params: { network: '0.0.0.0/1' } },
  ],
  'firewall.none': [
    checked({ workers: 2, host: '10.0.0.5', firewall: 'none' }, STRONG_PASSWORD),
    { field: 'firewall', severity: 'warning', params: {} },
  ],
  'firewall.sentinels': [
    checked({ ...SENTINELS, firewall: 'none' }, STRONG_PASSWORD),
    { field: 'firewall', severity: loud, params: {} },
  ],
  'db.same': [
    checked({ 'db.sessions': 3 }, STRONG_PASSWORD),
    { field: 'db.sessions', severity: loud, params: { number: 3, other: 'db.default' } },
  ],
  'host.loopback': [
    checked({ workers: 2, host: '127.0.0.1' }, STRONG_PASSWORD),
    { field: 'host', severity: loud, params: { host: '127.0.0.1', servers: 3 } },
  ],
  'host.container': [
    checked({ redis: 'docker', host: 'localhost' }),
    { field: 'host', severity: loud, params: { host: 'localhost', servers: 2 } },
  ],
  'host.docker-only': [
    checked({ host: DOCKER_HOST, auth: 'password' }, STRONG_PASSWORD),
    { field: 'host', severity: loud, params: { host: DOCKER_HOST, servers: 1 } },
  ],
  'host.unspecified': [
    checked({ host: '0.0.0.0', auth: 'password' }, STRONG_PASSWORD),
    { field: 'host', severity: loud, params: { host: '0.0.0.0', servers: 1 } },
  ],
  'host.missing': [
    checked({ workers: 1, auth: 'password' }, STRONG_PASSWORD),
    { field: 'host', severity: 'todo', params: { servers: 2 } },
  ],
  'host.elsewhere': [
    checked({ host: '10.0.0.5' }, STRONG_PASSWORD),
    { field: 'host', severity: 'warning', params: { host: '10.0.0.5' } },
  ],
  'redis.no-worker': [
    checked({ redis: 'worker' }, STRONG_PASSWORD),
    { field: 'redis', severity: loud, params: {} },
  ],
  'redis.docker-webs': [
    checked({ redis: 'docker', web: 2 }),
    { field: 'redis', severity: loud, params: { web: 2 } },
  ],
  'auth.sentinels': [
    checked({ ...SENTINELS, auth: 'none' }),
    { field: 'auth', severity: loud, params: {} },
  ],
  'auth.missing': [
    checked({ workers: 1, host: '10.0.0.5', auth: 'none' }),
    { field: 'auth', severity: loud, params: { host: '10.0.0.5' } },
  ],
  'auth.local': [checked({ auth: 'none' }), { field: 'auth', severity: 'warning', params: {} }],
  'prefix.queue': [
    checked({ auth: 'acl', prefix: 'encoding' }, STRONG_PASSWORD),
    { field: 'prefix', severity: loud, params: {} },
  ],
  'acl.shared': [
    checked({ auth: 'acl', shared: true, workers: 1, host: '10.0.0.5' }, STRONG_PASSWORD),
    { field: 'shared', severity: 'warning', params: {} },
  ],
  'auth.password': [
    checked({ auth: 'password' }),
    { field: 'password', severity: 'todo', params: {} },
  ],
  'link.unknown': [linked('x=1'), { severity: 'warning', params: { name: 'x', value: '1' } }],
  'link.repeated': [
    linked('web=2&web=3'),
    { severity: 'warning', params: { name: 'web', value: '3' } },
  ],
  'link.value': [linked('web=x'), { severity: 'warning', params: { name: 'web', value: 'x' } }],
};
const examples = Object.entries(EXAMPLES) as [IssueCode, (typeof EXAMPLES)[IssueCode]][];

describe('issues', () => {
  test.each(examples)('%s is found, alone', (code, [found, expected]) => {
    expect(found).toEqual([{ code, ...expected }]);
  });

  test.each(examples)(
    '%s is said in both languages, with all its values',
    (code, [, { params }]) => {
      for (const language of ['fr', 'en'] as const) {
        const sentence = speaker(TEXTS[language], language)(`issue.${code}`, params);
        expect(sentence).not.toBe(`issue.${code}`);
        expect(sentence).not.toContain('{{');
      }
    },
  );

  test('have no text that belongs to none of them', () => {
    const keys = Object.keys(TEXTS.fr).filter((key) => key.startsWith('issue.'));
    expect(keys.sort()).toEqual(
      Object.keys(EXAMPLES)
        .map((code) => `issue.${code}`)
        .sort(),
    );
  });
});

const codes = (choices: Partial<Architecture>, password?: string) =>
  checked(choices, password).map(({ code }) => code);

describe('check', () => {
  test('asks for a password in the default architecture, and for nothing else', () => {
    expect(check(DEFAULTS).map(({ code }) => code)).toEqual(['auth.password']);
    expect(check(DEFAULTS, STRONG_PASSWORD)).toEqual([]);
  });

  test.each(PRESETS)('finds no error in the preset $id', ({ architecture }) => {
    expect(check(architecture).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test.each<[string, Partial<Architecture>, IssueCode[]]>([
    ['one server may use its own address', { host: '::1' }, []],
    ['a name below localhost is one, but Docker’s is not', { host: 'pod.localhost' }, []],
    [
      'a loopback address in another spelling is still one',
      { workers: 1, host: '0:0:0:0:0:0:0:1' },
      ['host.loopback'],
    ],
    [
      'workers beside Redis on a separate server make several',
      { redis: 'dedicated', host: 'localhost' },
      ['host.loopback'],
    ],
    [
      'standalone has as many web servers as `web` says',
      { arch: 'standalone', web: 3, host: '127.0.0.1' },
      ['host.loopback'],
    ],
    ['Docker needs no address', { redis: 'docker' }, []],
    ['Docker may be given its own', { redis: 'docker', host: DOCKER_HOST }, []],
    ['Docker, another container', { redis: 'docker', host: 'my-redis' }, []],
    [
      'standalone in Docker has one web server',
      { arch: 'standalone', redis: 'docker', web: 3 },
      ['redis.docker-webs'],
    ],
    ['Esup-Runner: cron needs no supervisor, workers do', { arch: 'runner', service: 'init' }, []],
    [
      'Esup-Runner with a worker that the init script starts',
      { arch: 'runner', service: 'init', xapi: true },
      ['service.init'],
    ],
    [
      'no encoding server in standalone',
      { arch: 'standalone', redis: 'worker', workers: 2 },
      ['redis.no-worker'],
    ],
    [
      'the placeholder typed as an address is none',
      { workers: 1, host: ADDRESS_PLACEHOLDER },
      ['host.missing'],
    ],
    ['a database that is not used may share its number', { 'db.xapi': 5 }, []],
    ['the same of encoding in standalone', { arch: 'standalone', 'db.encoding': 3 }, []],
    [
      'a socket needs no address, and hides a wrong one',
      { socket: '/run/redis.sock', host: '0.0.0.0' },
      [],
    ],
    [
      'TLS counts for nothing by a socket',
      { redis: 'docker', socket: '/s', tls: true },
      ['socket.docker'],
    ],
    [
      'without workers, it does not matter what starts them',
      { arch: 'standalone', service: 'init' },
      [],
    ],
    ['sentinels have the address', { ...SENTINELS, host: '0.0.0.0' }, []],
    ['Docker has no password, and asks for none', { redis: 'docker', auth: 'acl' }, []],
    ['an ACL user needs a password', { auth: 'acl' }, ['auth.password']],
    [
      'TLS alone lets everybody in',
      { workers: 1, tls: true, host: 'redis.univ.fr', auth: 'none' },
      ['auth.missing'],
    ],
    ['all unspecified spellings', { host: '0:0::0' }, ['host.unspecified']],
    ['a name may be another machine too', { host: 'redis.univ.fr' }, ['host.elsewhere']],
    ['a separate server has an address elsewhere', { redis: 'dedicated', host: 'redis.fr' }, []],
    ['a private address needs no TLS', { workers: 1, host: 'fd12::5' }, []],
    ['a public one with TLS', { workers: 1, host: '2001:db8::5', tls: true }, []],
    ['a public one without', { workers: 1, host: '2001:db8::5' }, ['tls.public']],
    [
      'the public address of a sentinel',
      { ...SENTINELS, sentinels: '10.0.0.5,203.0.113.6,10.0.0.7' },
      ['tls.public'],
    ],
    [
      'a container is on this machine',
      { redis: 'docker', host: '203.0.113.66' },
      ['host.elsewhere'],
    ],
    [
      'sentinels with a password, without a firewall',
      { ...SENTINELS, sessions: 'cached_db', firewall: 'none' },
      ['firewall.none'],
    ],
    ['one server needs no firewall', { firewall: 'none' }, []],
    ['Docker has no account of the system', { redis: 'docker', account: 'root' }, []],
    ['the init script’s folders count under it alone', { logs: '/etc', pids: '/tmp/x' }, []],
    [
      'each path of the init script',
      { service: 'init', logs: '/etc', pids: '/run/user/0' },
      ['service.init', 'path.system', 'path.open'],
    ],
    ['the certificates of the system', { tls: true, ca: '/etc/ssl/certs/ca.pem' }, []],
    ['a file that is no certificate', { tls: true, ca: '/etc/passwd' }, ['path.system']],
    ['a certificate from /tmp', { tls: true, ca: '/tmp/ca.crt' }, ['path.open']],
    ['a socket in the place of data', { socket: '/var/lib/redis/dump.rdb' }, ['path.system']],
    ['folders that begin alike', { venv: '/tmpfs/x', project: '/etcetera' }, []],
    ['a folder with other programs’ files', { results: '/var/lib' }, ['path.system']],
    [
      'logs of another name',
      { service: 'init', logs: '/var/log/pod-tv', pids: '/run/pod' },
      ['service.init'],
    ],
    [
      'a socket in the place of a manifest',
      { socket: '/var/lib/redis/appendonlydir/x.aof.manifest' },
      ['path.system'],
    ],
    ['a socket in the place of other data', { socket: '/var/lib/valkey/dump' }, ['path.system']],
  ])('%s', (_, choices, expected) => {
    const asked = asksPassword({ ...DEFAULTS, ...choices }) && choices.auth !== 'acl';
    expect(codes(choices, asked ? STRONG_PASSWORD : '')).toEqual(expected);
  });

  test('refuses folders of programs and data of the system, and takes those of Pod', () => {
    const refused = [
      '/usr/local/sbin',
      '/usr/local/lib/systemd/system',
      '/usr/libexec',
      '/var/spool/cron/crontabs',
      '/var/lib/dpkg/info',
      '/var/lib/polkit-1/rules.d',
      '/run/systemd/system',
      '/var/run/udev/rules.d',
      '/usr',
      '/usr/local',
      '/home',
      '/var',
      '/var/log',
      '/var/log/apt',
      '/opt/bin',
      '/snap/pod',
      '/usr/local/go/bin',
      '/home/pod/.ssh',
      '/home/pod',
      '/home/ubuntu/.local',
      '/var/lib/podman',
      '/var/log/pods',
    ];
    const taken = [
      '/usr/local/django_projects/podv4',
      '/usr/local/pod',
      '/var/www/pod',
      '/var/lib/pod',
      '/srv/tv',
      '/data/logs',
      '/home/pod/.virtualenvs/django_pod4',
    ];
    const found = (folder: string) =>
      codes({ project: folder, venv: folder, results: '/celery' }, STRONG_PASSWORD);
    for (const folder of refused)
      expect([folder, ...found(folder)]).toEqual([folder, 'path.system', 'path.system']);
    for (const folder of taken) expect([folder, ...found(folder)]).toEqual([folder]);
  });

  test('takes for results a separate folder alone', () => {
    const { project, venv } = DEFAULTS;
    const refused = [
      project,
      `${project}/pod/media`,
      `${project}/celery`,
      `${venv}/celery`,
      '/srv/videos',
      '/srv/exam-results',
      '/home/pod/celery',
    ];
    for (const results of refused)
      expect([results, ...codes({ results }, STRONG_PASSWORD)]).toEqual([results, 'path.results']);
    for (const results of ['/srv/celery', '/data/pod/celery-results', '/var/lib/pod-celery'])
      expect([results, ...codes({ results }, STRONG_PASSWORD)]).toEqual([results]);
  });

  test('says of each repeated number which database has it already', () => {
    const same = checked({ 'db.default': 2, 'db.sessions': 2 }, STRONG_PASSWORD);
    expect(same.map(({ field, params }) => [field, params['other']])).toEqual([
      ['db.default', 'db.select2'],
      ['db.sessions', 'db.select2'],
    ]);
  });

  test('warns of a password that is short or has few characters, and refuses those of the guide', () => {
    const weak = [
      'a',
      'Vx7kQ2mLw9RtBn4',
      'ababababababababababab',
      '😀'.repeat(20),
      'abcdefghijklmnopqrst',
      '9876543210zyxwvutsrq',
      'Azertyuiop1234567890',
      'qwertyuiopasdfghjkl',
      '1qaz2wsx3edc4rfv5tgb',
      'Zaq12wsxCde34rfv!',
      'Motdepasse1Motdepasse1',
    ];
    for (const password of weak) {
      expect(codes({ auth: 'password' }, password)).toEqual(['password.weak']);
      expect(codes({ auth: 'acl' }, password)).toEqual(['password.derived']);
    }
    for (const password of ['REDIS-PASSWORD', 'REDIS_PASSWORD_TO_REPLACE'])
      expect(codes({ auth: 'acl' }, password)).toEqual(['password.published']);
    const strong = ['Correct-horse-battery', 'Vx7kQ2mLw9RtBn4abcdeZ'];
    for (const password of strong) expect(codes({ auth: 'acl' }, password)).toEqual([]);
    const made = strongPassword((bytes) => crypto.getRandomValues(bytes));
    for (const auth of ['password', 'acl'] as const) expect(codes({ auth }, made)).toEqual([]);
    expect(made).toMatch(/^[a-z2-9]{28}$/);
  });

  test('refuses passwords that no file or URL can hold, and only those', () => {
    for (const bad of ['a\nb', 'a\r', '\0', '\ud800', 'a\udc00'])
      expect(codes({ auth: 'password' }, STRONG_PASSWORD + bad)).toEqual(['password.malformed']);
    fc.assert(
      fc.property(passwords, (password) => {
        expect(codes({ auth: 'password' }, STRONG_PASSWORD + password)).toEqual([]);
      }),
    );
  });

  test.each<[FieldName, string, boolean]>([
    ['socket', '', true],
    ['socket', '/run/redis/redis-server.sock', true],
    ['socket', `/${'s'.repeat(99)}`, true],
    ['socket', `/${'s'.repeat(100)}`, false],
    ['socket', '/', false],
    ['socket', '/run/', false],
    ['socket', '/run//redis.sock', false],
    ['socket', '/run/redis?db=0', false],
    ['socket', '/run/my redis.sock', false],
    ['socket', 'unix:///run/redis.sock', false],
    ['ca', '/etc/ssl/certs/ca-certificates.crt', true],
    ['ca', '', false],
    ['ca', '/etc/a&ssl_check_hostname=false', false],
    ['user', 'pod-1.univ_fr', true],
    ['user', '', false],
    ['user', 'default', false],
    ['user', 'pod:', false],
    ['user', 'p@d', false],
    ['user', 'pöd', false],
    ['user', 'p'.repeat(41), false],
    ['sentinels', '', true],
    ['sentinels', 'a, b:1 ,[::1]:2', true],
    ['sentinels', '::1,10.0.0.1,c', true],
    ['sentinels', 'a,b,', false],
    ['sentinels', 'a,b,c:0', false],
    ['sentinels', 'a,b,c:65536', false],
    ['sentinels', 'a,b,[c]:1', false],
    ['sentinels', 'a,b,2001:db8::5:26379x', false],
    ['master', 'pod-1.master_a', true],
    ['master', '-pod', false],
    ['account', 'www-data', true],
    ['account', 'root;', false],
    ['from.web', '10.0.0.1/24,2001:db8::/32,::1', true],
    ['from.web', '10.0.0.1/33', false],
    ['from.web', '0.0.0.0/0', false],
    ['from.web', '10.0.0.1,,10.0.0.2', false],
    ['project', '/data/pod4', true],
    ['project', '/data/my pod', false],
    ['project', '/data/../pod4', false],
    ['project', '/data/.pod4/..a', true],
    ['venv', '', false],
    ['memory', '63', false],
  ])('of the field %s, %j is valid: %j', (field, text, valid) => {
    expect(typed(field, text).length).toBe(valid ? 0 : 1);
  });

  test('says what is wrong beside a field that counts, and so is shown', () => {
    fc.assert(
      fc.property(
        architectures,
        fc.constantFrom('', 'secret', 'a\nb'),
        (architecture, password) => {
          for (const { code, field } of check(architecture, password))
            if (field !== undefined && field !== 'password')
              expect({ code, shown: FIELDS[field].applies(architecture) }).toEqual({
                code,
                shown: true,
              });
        },
      ),
      { numRuns: runs(300, 1000) },
    );
  });

  test('does not read a password that is not used', () => {
    expect(codes({ auth: 'none' }, 'a\nb')).toEqual(['password.unused', 'auth.local']);
  });

  test('lets no architecture pass in which a server would call itself for Redis elsewhere', () => {
    fc.assert(
      fc.property(distinctArchitectures, (architecture) => {
        const errors = check(architecture, 'secret').filter(({ severity }) => severity === 'error');
        const { socket, host, sentinels } = architecture;
        if (
          sentinels === '' &&
          serverCount(architecture) > 1 &&
          (socket !== '' || host === '127.0.0.1')
        )
          expect(errors.map(({ field }) => field)).toContain(socket === '' ? 'host' : 'socket');
      }),
    );
  });
});
