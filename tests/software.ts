import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** What Pod's Redis clients are to Python. */
export const pythonModules = ['django', 'django_redis', 'redis_sessions', 'celery', 'redis'];

/** A Python 3 that has Django, its Redis clients and Celery: not always the first one in PATH. */
export const python = once('a python3 that can import ' + pythonModules.join(', '), () =>
  inPath('python3', '/usr/bin/python3').find(
    (path) => spawnSync(path, ['-c', `import ${pythonModules.join(', ')}`]).status === 0,
  ),
);

/** Chromium, or the Chrome that is made of it. */
export const chromium = once(
  'chromium',
  () =>
    inPath(
      'chromium',
      'chromium-browser',
      'google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    )[0],
);

/**
 * Chromium without the window that nobody sees in a test: a page of its own takes a third of the processor's time. It is
 * Chromium itself where there is none.
 */
export const headlessShell = once(
  'chromium-headless-shell, or chromium',
  () => inPath('chromium-headless-shell', 'chrome-headless-shell')[0] ?? chromium(),
);

/** Firefox, the one with long support if there are two. */
export const firefox = once(
  'firefox (firefox-esr)',
  () => inPath('firefox-esr', 'firefox', '/Applications/Firefox.app/Contents/MacOS/firefox')[0],
);

/** The Redis server. */
export const redisServer = once('redis-server', () => inPath('redis-server')[0]);

/** Makes certificates. */
export const openssl = once('openssl', () => inPath('openssl')[0]);

/** Finds mistakes in scripts. */
export const shellcheck = once('shellcheck', () => inPath('shellcheck')[0]);

/** Reads and loads the rules of nftables; only on Linux, as all that follows. */
export const nft = once('nft (nftables)', () => inPath('nft', '/usr/sbin/nft')[0]);

/** A firewall that is told what to do by commands. */
export const ufw = once('ufw', () => inPath('ufw', '/usr/sbin/ufw')[0]);

/** Joins network namespaces. */
export const ip = once('ip (iproute2)', () => inPath('ip', '/usr/sbin/ip')[0]);

/** Checks units. */
export const systemdAnalyze = once('systemd-analyze (systemd)', () => inPath('systemd-analyze')[0]);

/** Starts servers with a systemd of their own. */
export const nspawn = once('systemd-nspawn (systemd-container)', () => inPath('systemd-nspawn')[0]);

/** Checks and tests rules of alerts. */
export const promtool = once('promtool (prometheus)', () => inPath('promtool')[0]);

/** Web servers that the site is put on. */
export const nginx = once('nginx', () => inPath('nginx', '/usr/sbin/nginx')[0]);
export const apache = once('apache2', () => inPath('apache2', '/usr/sbin/apache2')[0]);

/** Sentinel as a service of its own; the Redis server alone can be one, too. */
export const redisSentinel = once('redis-sentinel', () => inPath('redis-sentinel')[0]);

/** Tells Prometheus of a Redis. */
export const redisExporter = once(
  'prometheus-redis-exporter',
  () => inPath('prometheus-redis-exporter')[0],
);

/** Drives WebKitGTK. */
export const webkitDriver = once(
  'WebKitWebDriver (webkit2gtk-driver)',
  () => inPath('WebKitWebDriver')[0],
);

/** A Python 3 that can make a window with WebKitGTK in it. */
export const webkitPython = once(
  'a python3 that has WebKitGTK (python3-gi, gir1.2-webkit2-4.1)',
  () =>
    inPath('/usr/bin/python3', 'python3').find(
      (path) =>
        spawnSync(path, ['-c', 'import gi; gi.require_version("WebKit2", "4.1")']).status === 0,
    ),
);

/** A screen for programs that need one. */
export const xvfb = once('Xvfb (xvfb)', () => inPath('Xvfb')[0]);

/** What the dates of pages are read with. */
export const git = once('git', () => inPath('git')[0]);

function once(what: string, find: () => string | undefined): () => string {
  let found: string | undefined;
  return () => {
    found ??= find();
    if (found === undefined) throw new Error(`The tests need ${what}.`);
    return found;
  };
}

function inPath(...names: string[]): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names
    .flatMap((name) => (isAbsolute(name) ? name : folders.map((folder) => join(folder, name))))
    .filter((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
