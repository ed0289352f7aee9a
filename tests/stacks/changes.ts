/** The texts of locks by their names. */
export type Locks = Readonly<Record<string, string>>;

/** The versions of a package before and after; one is missing where the package is new, or is no longer there. */
interface Versions {
  readonly from?: string;
  readonly to?: string;
}

/** A package whose version differs between two sets of locks. */
export interface Change {
  readonly name: string;
  /** Each pair of versions once: locks may have different ones. */
  readonly versions: readonly Versions[];
}

/** The name under which Pod itself is a change. */
export const POD = 'Esup-Pod';

/** The packages that speak with Redis, and Pod, which are tried first. */
const FIRST = [
  ...['kombu', 'celery', 'redis', 'django-redis', 'django-redis-sessions', 'django'],
  POD,
];

/** The place of a name in the order in which changes are listed and tried. */
const place = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

/** The packages of a lock by their names: the version of each, and its lines with the hashes. */
export function packagesOf(text: string): Map<string, { version: string; lines: string }> {
  const found = text.matchAll(
    /^([a-z0-9-]+)==(\S+) \\\n(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+/gm,
  );
  return new Map([...found].map(([lines, name = '', version = '']) => [name, { version, lines }]));
}

/**
 * The packages whose version differs, those which speak with Redis first.
 *
 * @param before all locks of `after`
 * @param release the release of Pod before and after
 */
export function changesOf(before: Locks, after: Locks, release: Versions = {}): Change[] {
  const changes = new Map<string, Versions[]>();
  const compare = (name: string, { from, to }: Versions) => {
    const known = changes.get(name) ?? [];
    if (from === to || known.some((each) => each.from === from && each.to === to)) return;
    changes.set(name, [...known, { ...(from && { from }), ...(to && { to }) }]);
  };
  compare(POD, release);
  for (const [lock, text] of Object.entries(after)) {
    const [old, now] = [packagesOf(before[lock] ?? ''), packagesOf(text)];
    for (const name of new Set([...old.keys(), ...now.keys()])) {
      const [from, to] = [old, now].map((packages) => packages.get(name)?.version);
      compare(name, { ...(from && { from }), ...(to && { to }) });
    }
  }
  return [...changes]
    .map(([name, versions]) => ({ name, versions }))
    .sort((a, b) => place(a.name) - place(b.name) || (a.name < b.name ? -1 : 1));
}

/** A change as `npm run stacks:update` prints it. */
export const described = ({ name, versions }: Change): string =>
  `${name} ${versions.map(({ from, to }) => `${from ?? 'nothing'} -> ${to ?? 'nothing'}`).join(', ')}`;

/** The newer locks with some packages as they were: their old versions, or none where they are new. */
export function putBack(before: Locks, after: Locks, names: readonly string[]): Locks {
  const mixed = Object.entries(after).map(([lock, text]) => {
    const packages = packagesOf(text);
    const old = packagesOf(before[lock] ?? '');
    for (const name of names) {
      const was = old.get(name);
      if (was) packages.set(name, was);
      else packages.delete(name);
    }
    return [lock, [...packages.values()].map(({ lines }) => lines).join('')];
  });
  return Object.fromEntries(mixed) as Locks;
}
