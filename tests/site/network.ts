import { createServer } from 'node:http';
import { serve } from '../../src/cli/serve.ts';

/** A built site on a network that can be slow or gone. */
export interface Network {
  /** The address of the site's first page, base included. */
  readonly address: string;
  /** The paths that were asked for, in order. */
  readonly asked: string[];
  /** How long an answer takes, in milliseconds; infinite for none. */
  delay: number;
  /** Whether requests fail at once. */
  down: boolean;
  close(): Promise<void>;
}

/**
 * Serves a folder as GitHub Pages does, with answers that browsers may keep for ten minutes.
 *
 * @param directory may be changed while it is served
 * @param base the path it was built for
 */
export async function network(directory: string, base: string): Promise<Network> {
  const site = await serve(directory, base);
  const origin = new URL(site.address).origin;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    state.asked.push(path);
    if (state.down) {
      request.socket.destroy();
      return;
    }
    if (state.delay === Infinity) return;
    const answer = async () => {
      const upstream = await fetch(origin + path, { redirect: 'manual' });
      const headers = Object.fromEntries(upstream.headers);
      delete headers['transfer-encoding'];
      // What was fetched is unpacked already.
      delete headers['content-encoding'];
      response
        .writeHead(upstream.status, { ...headers, 'cache-control': 'max-age=600' })
        .end(new Uint8Array(await upstream.arrayBuffer()));
    };
    setTimeout(() => void answer().catch(() => response.destroy()), state.delay);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The network has no port.');
  const state: Network = {
    address: `http://localhost:${bound.port}${base}`,
    asked: [],
    delay: 0,
    down: false,
    close: async () => {
      await site.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
