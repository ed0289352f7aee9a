import { OLDEST_REDIS } from './limits.ts';

/** The month (YYYY-MM) in which a release came to Pod's main branch, or what is known of it. */
export type ReleaseDate =
  | { readonly month: string }
  /** The first and the last month that are possible. */
  | { readonly from: string; readonly to: string }
  /** A day (YYYY-MM-DD) on which it was not out yet. */
  | { readonly after: string };

/** A change for Redis; its sentence is the text `release.change.NAME`. */
type ReleaseChange =
  | 'select2-only'
  | 'xapi'
  | 'all-in-redis'
  | 'xapi-broker'
  | 'microservices'
  | 'key-prefix'
  | 'remote-name'
  | 'redis-documented'
  | 'docker-address'
  | 'django-4'
  | 'same-settings'
  | 'nothing'
  | 'runner'
  | 'python-3.10'
  | 'runner-lock';

/** A known fault; its sentence is the text `release.fault.NAME`. */
export type ReleaseFault = 'kombu' | 'worker-django' | 'test-connection';

/** The heading that explains the remedy of each fault, as `page#anchor`. */
export const REMEDIES: Readonly<Record<ReleaseFault, string>> = {
  kombu: 'workers#environments',
  'worker-django': 'troubleshoot#environment',
  'test-connection': 'runner#move',
};

/** A release of Pod, or several in a row that are alike for Redis. */
export interface Release {
  /** Its first two numbers. */
  readonly version: string;
  /** The first two numbers of the last of several. */
  readonly last?: string;
  readonly released: ReleaseDate;
  readonly changes: readonly ReleaseChange[];
  /**
   * The settings whose default is another than before, by their names in the reference. New settings are not
   * among them: the reference has `since`.
   */
  readonly defaults?: readonly string[];
}

/** A release of Pod that this guide is for. */
export interface SupportedRelease extends Release {
  /** The versions that Pod's requirements pin, with the last of them where corrections of the release have others. */
  readonly pins: { readonly django: string; readonly celery: string; readonly redis: string };
  /** The oldest Python: the least that Pod asks for, or that of Pod's Docker image where Pod states none. */
  readonly python: string;
  /** The oldest major version of Redis for the generated files. */
  readonly redis: number;
  /** The faults that were seen in it, or whose cause was read in it. */
  readonly faults: readonly ReleaseFault[];
  /** The faults of other releases that were not looked for in it. */
  readonly unknown: readonly ReleaseFault[];
}

/**
 * The releases before Pod 4 with a change for Redis: pod/settings.py, CONFIGURATION_FR.md, pod/xapi and
 * pod/video_encode_transcript at each release, on the first parents of Pod's main branch.
 */
export const POD_3: readonly Release[] = [
  { version: '3.0', released: { month: '2022-09' }, changes: ['select2-only'] },
  { version: '3.1', last: '3.2', released: { month: '2023-01' }, changes: ['xapi'] },
  {
    version: '3.3',
    released: { month: '2023-06' },
    changes: ['all-in-redis', 'xapi-broker', 'key-prefix'],
    defaults: ['CACHES'],
  },
  { version: '3.4', released: { month: '2023-10' }, changes: ['microservices'] },
  {
    version: '3.5',
    last: '3.6',
    released: { month: '2024-02' },
    changes: ['remote-name', 'redis-documented'],
  },
  {
    version: '3.7',
    last: '3.8',
    released: { month: '2024-06' },
    changes: ['docker-address'],
    defaults: ['CACHES', 'SESSION_REDIS'],
  },
];

/** The pins that all releases of Pod 4 have (requirements-encode.txt of 4.0.0 to 4.2.0; 4.3 and 4.4 file by file). */
const PINS = { celery: '5.4.0', redis: '5.2.0' };

/**
 * The releases of Pod 4. Those up to 4.2.0 were read whole, at 4.0.0, 4.0.3, 4.1.0 and 4.2.0; 4.3 and 4.4 file by
 * file, without pod/video_encode_transcript/encoding_utils.py. Only 4.2.0 was run.
 *
 * Python: the Dockerfiles of 4.0 and 4.1 have 3.9; from 4.2 on, Pillow 12 asks for 3.10. Pod's own tests run on 3.10
 * and 3.12 in each of them (.github/workflows/pod_main.yml).
 */
export const POD_4: readonly SupportedRelease[] = [
  {
    version: '4.0',
    released: { month: '2025-07' },
    changes: ['django-4', 'same-settings'],
    // 4.0.0, and 4.0.3.
    pins: { ...PINS, django: '4.2.22–4.2.26' },
    python: '3.9',
    redis: OLDEST_REDIS,
    faults: ['kombu', 'worker-django'],
    unknown: [],
  },
  {
    version: '4.1',
    released: { month: '2025-12' },
    changes: ['nothing'],
    pins: { ...PINS, django: '4.2.27' },
    python: '3.9',
    redis: OLDEST_REDIS,
    faults: ['kombu', 'worker-django'],
    unknown: [],
  },
  {
    version: '4.2',
    released: { month: '2026-03' },
    changes: ['nothing', 'runner', 'python-3.10'],
    pins: { ...PINS, django: '4.2.28' },
    python: '3.10',
    redis: OLDEST_REDIS,
    faults: ['kombu', 'worker-django', 'test-connection'],
    unknown: [],
  },
  {
    version: '4.3',
    released: { from: '2026-04', to: '2026-07' },
    changes: ['nothing'],
    // The correction is not known: Pod had 4.2.30 in the middle of 2026.
    pins: { ...PINS, django: '4.2' },
    python: '3.10',
    redis: OLDEST_REDIS,
    faults: ['kombu', 'test-connection'],
    unknown: ['worker-django'],
  },
  {
    version: '4.4',
    released: { after: '2026-09-07' },
    changes: ['nothing', 'runner-lock'],
    pins: { ...PINS, django: '4.2' },
    python: '3.10',
    redis: OLDEST_REDIS,
    faults: ['kombu'],
    unknown: ['worker-django'],
  },
];

/** The version of the package python3 in each release of Debian. */
const DEBIAN_PYTHON: Readonly<Record<string, string>> = { 11: '3.9', 12: '3.11', 13: '3.13' };

/** The minor number of a version such as 3.10. */
const minor = (version: string) => Number(version.split('.')[1]);

/** The releases of Debian whose own Python is recent enough, the oldest first. */
export const debianFor = ({ python }: SupportedRelease): string[] =>
  Object.keys(DEBIAN_PYTHON).filter(
    (debian) => minor(DEBIAN_PYTHON[debian] ?? '') >= minor(python),
  );
