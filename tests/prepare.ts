import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  chromium,
  firefox,
  git,
  ip,
  nginx,
  apache,
  nft,
  nspawn,
  openssl,
  promtool,
  python,
  pythonModules,
  redisExporter,
  redisSentinel,
  redisServer,
  shellcheck,
  systemdAnalyze,
  ufw,
  webkitDriver,
  webkitPython,
  xvfb,
} from './software.ts';
import { fetchValkey } from './valkeyPackages.ts';

const packages = [
  'chromium',
  'chromium-headless-shell',
  'redis-server',
  'redis-sentinel',
  'openssl',
  'python3-django',
  'python3-django-redis',
  'python3-django-redis-sessions',
  'python3-celery',
  'python3-redis',
  'shellcheck',
  'nftables',
  'ufw',
  'iproute2',
  'systemd',
  'systemd-container',
  'git',
  'nginx',
  'apache2',
  'prometheus',
  'prometheus-redis-exporter',
  'firefox-esr',
  'webkit2gtk-driver',
  'gir1.2-webkit2-4.1',
  'python3-gi',
  'xvfb',
];
const apt = `apt-get install --yes --no-install-recommends ${packages.join(' ')}`;

/** Elsewhere there is none of it, and the tests that need it are skipped. */
const ofLinux =
  process.platform === 'linux'
    ? [
        nft,
        ufw,
        ip,
        systemdAnalyze,
        nspawn,
        promtool,
        redisExporter,
        redisSentinel,
        nginx,
        apache,
        firefox,
        webkitDriver,
        webkitPython,
        xvfb,
      ]
    : [];

function missing(): string[] {
  return [chromium, redisServer, openssl, python, shellcheck, git, ...ofLinux].flatMap((find) => {
    try {
      find();
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
}

function onDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function run(command: string): void {
  console.log(`> ${command}`);
  const { status } = spawnSync(command, {
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) {
    console.error(`“${command}” failed.`);
    process.exit(1);
  }
}

if (onDebian() && process.getuid?.() === 0) fetchValkey();
if (missing().length > 0 && onDebian() && process.getuid?.() === 0) {
  run('apt-get update');
  run(apt);
}
const stillMissing = missing();
if (stillMissing.length > 0) {
  const pip = 'pip install django django-redis django-redis-sessions celery redis';
  console.error(stillMissing.join('\n'));
  console.error(
    onDebian()
      ? `Install it, as root: ${apt}`
      : `Install Chromium (or Chrome), the Redis server, OpenSSL, ShellCheck, git, ` +
          (ofLinux.length > 0
            ? 'nftables, ufw, iproute2, systemd, systemd-container, redis-sentinel, nginx, apache2, prometheus, prometheus-redis-exporter, ' +
              'Firefox, WebKitWebDriver of WebKitGTK 4.1 with its GObject introspection, Xvfb, '
            : '') +
          `and in a Python 3 of your PATH ${pythonModules.join(', ')} (${pip}), ` +
          `then run the tests again.`,
  );
  process.exit(1);
}
