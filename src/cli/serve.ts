import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
};

/** Media types worth compressing. Pictures and the search's index are compressed already. */
const compressible = /^text\/|[/+](json|xml)$/;

/** A built site being served. */
export interface Served {
  /** The address of its first page, base included. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves a built site as GitHub Pages does. `/x` is the file `x.html`, or redirects to `/x/`. For an unknown address,
 * the answer is the site's 404 page with status 404. Text is compressed for clients that accept gzip.
 *
 * @param directory the folder of the built site
 * @param base the path that it was built for, as `/` or `/Esup-Pod/`
 * @param port the port to listen on; 0 for any free one
 */
export async function serve(directory: string, base: string, port = 0): Promise<Served> {
  const send = async (response: ServerResponse, status: number, file: string) => {
    const type = types[extname(file)] ?? 'application/octet-stream';
    const text = compressible.test(type);
    const gzip = text && /\bgzip\b/.test(response.req.headers['accept-encoding'] ?? '');
    response.writeHead(status, {
      'Content-Type': type,
      'Cache-Control': 'no-cache',
      ...(text && { Vary: 'Accept-Encoding' }),
      ...(gzip && { 'Content-Encoding': 'gzip' }),
    });
    await pipeline([createReadStream(file), ...(gzip ? [createGzip()] : []), response]);
  };
  const answer = async (path: string, query: string, response: ServerResponse) => {
    if (path + '/' === base) {
      response.writeHead(301, { Location: base + query }).end();
      return;
    }
    if (!path.startsWith(base)) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end(`This site is at ${base}\n`);
      return;
    }
    const wanted = join(directory, path.slice(base.length));
    const inside = (wanted + sep).startsWith(join(directory, sep));
    const candidates = path.endsWith('/')
      ? [join(wanted, 'index.html')]
      : [wanted, `${wanted}.html`];
    for (const file of inside ? candidates : []) {
      if (await isFile(file)) {
        await send(response, 200, file);
        return;
      }
    }
    if (inside && !path.endsWith('/') && (await isFile(join(wanted, 'index.html')))) {
      response.writeHead(301, { Location: `${encodeURI(path)}/${query}` }).end();
      return;
    }
    await send(response, 404, join(directory, '404.html'));
  };

  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    let path: string;
    try {
      path = decodeURIComponent(pathname);
    } catch {
      response.writeHead(400).end();
      return;
    }
    answer(path, search, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    address: `http://localhost:${address.port}${base}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
