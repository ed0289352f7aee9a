import type { Manifest, Wish } from './manifest.ts';
import type { FetchEvent, WindowClient, WorkerScope } from './scope.ts';

declare const self: WorkerScope;

/** What the build writes in front of this script; `undefined` has the worker remove itself. */
declare const MANIFEST: Manifest | undefined;

/** How long a page waits for the network where there is a copy of it, in milliseconds. */
const PATIENCE = 3000;

/** How long an open page may take to say which version it is, in milliseconds. */
const ANSWER = 2000;

const VERSION = 'x-kept-version';
const DATE = 'x-kept-date';

const base = new URL(self.registration.scope).pathname;
const assets = '_astro/';

// An origin may have several sites, and they share its caches.
const storeName = `redis-pod:${base}`;

/** The version of every file that may be kept. */
const files = new Map(Object.values(MANIFEST ?? {}).flatMap((group) => Object.entries(group)));

/** The file of an address below the base. */
const fileOf = (address: string) => new URL(address).pathname.slice(base.length);
const isPage = (file: string) => /^$|\/$|\.html$/.test(file);

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));

self.addEventListener('activate', (event) =>
  // The first page of a visit is open before there is a worker.
  event.waitUntil(MANIFEST ? self.clients.claim() : removeAll()),
);

self.addEventListener('message', (event) => {
  const { language } = event.data as Wish;
  event.waitUntil(keep(['any', language]));
});

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (!MANIFEST || method !== 'GET' || origin !== location.origin || !pathname.startsWith(base))
    return;
  const file = fileOf(url);
  // An open page of an older version asks for files that the manifest no longer has.
  if (file.startsWith(assets)) event.respondWith(asset(event, file));
  else if (mode === 'navigate') {
    if (files.has(file)) event.respondWith(page(event, file));
    else if (files.has(`${file}/`)) event.respondWith(folder(event, file));
  } else if (files.has(file) && !isPage(file)) event.respondWith(other(event, file));
});

/** The present page where the network answers, else the copy, which says that it is one. */
async function page(event: FetchEvent, file: string): Promise<Response> {
  // The browser's own cache may have an older one.
  const answer = fetch(new Request(event.request, { cache: 'no-cache' }));
  event.waitUntil(answer.then((response) => store(file, response)).catch(() => undefined));
  const copy = await stored(file);
  const late = new Promise<undefined>((resolve) => {
    if (copy) setTimeout(resolve, PATIENCE);
  });
  const response = await Promise.race([answer, late]).catch(() => undefined);
  if (response) return response;
  if (!copy) return (await stored('offline/')) ?? Response.error();
  const html = await copy.text();
  const date = copy.headers.get(DATE) ?? '';
  return new Response(html.replace('<html', `<html data-copy="${date}"`), copy);
}

/** A folder without its slash, which the host would add. */
async function folder({ request }: FetchEvent, file: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    return Response.redirect(`${base}${file}/`);
  }
}

/** A file whose name changes with its content. */
async function asset(event: FetchEvent, file: string): Promise<Response> {
  return (await stored(file)) ?? fresh(event, file);
}

/** Any other file of the site: the copy only where the network does not answer. */
async function other(event: FetchEvent, file: string): Promise<Response> {
  // The search is kept from the day it is first used: few readers need it.
  if (file === 'pagefind/pagefind.js') event.waitUntil(keepSearch(event.clientId));
  try {
    return await fresh(event, file);
  } catch {
    return (await stored(file)) ?? Response.error();
  }
}

async function fresh(event: FetchEvent, file: string): Promise<Response> {
  const response = await fetch(event.request);
  event.waitUntil(store(file, response));
  return response;
}

async function stored(file: string): Promise<Response | undefined> {
  try {
    return await (await caches.open(storeName)).match(base + file);
  } catch {
    // A browser that refuses to keep anything has the network.
    return undefined;
  }
}

/** Keeps a file, with its version and the date; does nothing where nothing may be kept. */
async function store(file: string, response: Response): Promise<void> {
  if (!response.ok || response.redirected) return;
  // Before anything else: what is given to the page can no longer be read.
  const body = await response.clone().arrayBuffer();
  const headers = new Headers(response.headers);
  // They are about the bytes on the wire.
  for (const name of ['Content-Encoding', 'Content-Length']) headers.delete(name);
  headers.set(VERSION, await versionOf(file, body));
  headers.set(DATE, new Date().toISOString());
  try {
    await (await caches.open(storeName)).put(base + file, new Response(body, { headers }));
  } catch {
    // See `stored`.
  }
}

/** As `src/site/offline.ts` has it: of a page what it says itself, else a digest. */
async function versionOf(file: string, body: ArrayBuffer): Promise<string> {
  if (isPage(file)) {
    const html = new TextDecoder().decode(body);
    return /<meta name="version" content="(\w+)">/.exec(html)?.[1] ?? '';
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What is being kept: one group after the other, whoever asks. */
let keeping = Promise.resolve();

/** Fetches what is missing or old of the groups asked for and of those kept before. */
function keep(asked: readonly string[]): Promise<void> {
  keeping = keeping
    .then(async () => {
      const cache = await caches.open(storeName);
      const present = new Set((await cache.keys()).map(({ url }) => fileOf(url)));
      for (const [name, group] of Object.entries(MANIFEST ?? {})) {
        const names = Object.keys(group);
        if (!asked.includes(name) && !names.some((file) => present.has(file))) continue;
        for (const [file, version] of Object.entries(group)) await keepFile(file, version);
      }
      await tidy(cache);
    })
    // The next page that is opened asks again.
    .catch(() => undefined);
  return keeping;
}

async function keepFile(file: string, version: string): Promise<void> {
  const copy = await stored(file);
  if (copy?.headers.get(VERSION) === version) return;
  const cache = file.startsWith(assets) ? 'default' : 'no-cache';
  await store(file, await fetch(base + file, { cache, priority: 'low' }));
}

async function keepSearch(clientId: string): Promise<void> {
  const client = await self.clients.get(clientId);
  const [language = ''] = fileOf(client?.url ?? base).split('/');
  await keep(['search', `search-${language}`]);
}

/** Removes what this version of the site no longer has, unless an open page is of an older one. */
async function tidy(cache: Cache): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const own = pages.filter(({ url }) => new URL(url).pathname.startsWith(base));
  const known = await Promise.all(own.map(isCurrent));
  if (known.includes(false)) return;
  for (const request of await cache.keys()) {
    if (!files.has(fileOf(request.url))) await cache.delete(request);
  }
}

/** Whether an open page is of this version; one that does not say is taken for an older one. */
function isCurrent(client: WindowClient): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data === files.get(fileOf(client.url)));
    setTimeout(() => resolve(false), ANSWER);
    client.postMessage('version', [port2]);
  });
}

/** Leaves nothing behind: the pages then come from the network as if there had been no worker. */
async function removeAll(): Promise<void> {
  await caches.delete(storeName);
  await self.registration.unregister();
}
