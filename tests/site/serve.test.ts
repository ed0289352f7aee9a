import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { serve } from '../../src/cli/serve.ts';
import { sites } from '../sites.ts';

describe.each(sites)('the server, under $base', ({ base, directory }) => {
  test('answers as GitHub Pages does', async () => {
    const served = await serve(directory, base);
    const ask = async (path: string) => {
      const response = await fetch(served.address + path, { redirect: 'manual' });
      return [response.status, response.headers.get('Location')];
    };
    try {
      expect(await ask('')).toEqual([200, null]);
      expect(await ask('fr/redis/')).toEqual([200, null]);
      expect(await ask('fr/redis?q=1')).toEqual([301, `${base}fr/redis/?q=1`]);
      expect(await ask('redis_fr')).toEqual([200, null]);
      expect(await ask('nowhere')).toEqual([404, null]);
      expect(await ask('%2e%2e/%2e%2e/package.json')).toEqual([404, null]);
      expect(await ask('..%2f..%2fpackage.json')).toEqual([404, null]);
      expect(await ask('%')).toEqual([400, null]);
      const { headers } = await fetch(`${served.address}fr/redis.md`);
      expect(headers.get('Content-Type')).toBe('text/markdown; charset=utf-8');
    } finally {
      await served.close();
    }
  });

  test('compresses text, and nothing else, for clients that accept gzip', async () => {
    const served = await serve(directory, base);
    const encoding = async (path: string, accepted: string) => {
      const response = await fetch(served.address + path, {
        headers: { 'Accept-Encoding': accepted },
      });
      return [response.headers.get('Content-Encoding'), await response.bytes()];
    };
    const file = (path: string) => new Uint8Array(readFileSync(join(directory, path)));
    try {
      const page = file('fr/redis/index.html');
      expect(await encoding('fr/redis/', 'gzip, br')).toEqual(['gzip', page]);
      expect(await encoding('fr/redis/', 'identity')).toEqual([null, page]);
      const card = 'cards/fr/redis.png';
      expect(await encoding(card, 'gzip')).toEqual([null, file(card)]);
    } finally {
      await served.close();
    }
  });

  test('rejects when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, 'localhost', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await expect(serve(directory, base, port)).rejects.toThrow(/EADDRINUSE/);
    other.close();
  });
});
