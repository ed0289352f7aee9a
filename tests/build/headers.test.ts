import { readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apacheHeaders, netlifyHeaders, nginxLocation } from '../../src/build/headers.ts';
import { freePort, serve, temporaryFolder, type Finally } from '../software-run/processes.ts';
import { full } from '../sets.ts';
import { sites } from '../sites.ts';
import { apache, nginx } from '../software.ts';

const [root, site = root] = sites;

/** Starts a web server that serves the site in a folder on a port of this machine. */
type Host = (folder: string, port: number, atEnd: Finally) => Promise<void>;

const withNginx: Host = async (folder, port, atEnd) => {
  const conf = `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http {
  include /etc/nginx/mime.types; access_log off;
  client_body_temp_path ${folder}/1; proxy_temp_path ${folder}/2; fastcgi_temp_path ${folder}/3;
  uwsgi_temp_path ${folder}/4; scgi_temp_path ${folder}/5;
  server { listen 127.0.0.1:${port}; ${nginxLocation(site.base, folder)} }
}`;
  await writeFile(join(folder, 'nginx.conf'), conf);
  const { stop } = await serve(
    nginx(),
    ['-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
    {},
    () => true,
  );
  atEnd(stop);
};

const withApache: Host = async (folder, port, atEnd) => {
  const modules = ['mpm_event', 'authz_core', 'dir', 'mime', 'headers', 'alias'];
  const conf = `ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
TypesConfig /etc/mime.types
Alias ${site.base.replace(/\/$/, '')} ${folder}${site.base}
<Directory ${folder}>
  Require all granted
  AllowOverride FileInfo Indexes
  DirectoryIndex index.html
</Directory>
`;
  await writeFile(join(folder, 'apache.conf'), conf);
  const args = ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'];
  const { stop } = await serve(apache(), args, {}, () => true);
  atEnd(stop);
};

describe('the headers of the site', () => {
  const hosts = [
    ['nginx', withNginx],
    ['Apache', withApache],
  ] as const;
  test.for(full ? hosts : [])('are sent by %s', async ([, host], { onTestFinished, skip }) => {
    skip(process.platform !== 'linux', 'the paths of their modules are Debian’s');
    const folder = temporaryFolder(onTestFinished);
    await cp(site.directory, join(folder, site.base), { recursive: true });
    const port = await freePort();
    await host(folder, port, onTestFinished);
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${site.base}${path}`);
    await expect.poll(() => ask('').then(({ status }) => status, String)).toBe(200);

    const script = /_astro\/[\w.-]+\.js/.exec(
      readFileSync(join(site.directory, 'fr/redis/index.html'), 'utf8'),
    )?.[0];
    for (const [path, status, cache] of [
      ['', 200, null],
      ['fr/redis/', 200, null],
      ['nowhere/', 404, null],
      [script ?? '', 200, 'public, max-age=31536000, immutable'],
    ] as const) {
      const answer = await ask(path);
      const { headers } = answer;
      expect([path, answer.status]).toEqual([path, status]);
      expect(headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('permissions-policy')).toContain('camera=()');
      expect([path, headers.get('cache-control')]).toEqual([path, cache]);
      if (status === 404) expect(await answer.text()).toContain(`${site.base}fr/`);
    }
  });

  test('are in _headers, .htaccess and deploy/nginx.conf', () => {
    const written = (name: string) => readFileSync(join(site.directory, name), 'utf8');
    expect(written('_headers')).toBe(netlifyHeaders(site.base));
    expect(written('.htaccess')).toBe(apacheHeaders(site.base));
    const deployed = readFileSync(join(import.meta.dirname, '../../deploy/nginx.conf'), 'utf8');
    expect(deployed).toBe(nginxLocation('/redis/', '/var/www'));
  });

  test('are in the format of Netlify, a block for each path', () => {
    const blocks = netlifyHeaders('/redis/')
      .trimEnd()
      .split('\n\n')
      .map((block) => block.split('\n'));
    expect(blocks.map(([path]) => path)).toEqual(['/redis/*', '/redis/_astro/*']);
    for (const [, ...lines] of blocks)
      for (const line of lines) expect(line).toMatch(/^ {2}[A-Za-z-]+: \S.*$/);
  });
});
