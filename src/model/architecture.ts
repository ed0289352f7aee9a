import { GUIDE_NUMBERS, type DatabaseRole } from '../pod/databases.ts';
import { REDIS_PORT } from '../pod/limits.ts';

/** The ways in which Pod 4 encodes videos: on the web server, by Celery, by microservices, by Esup-Runner. */
export const ARCHITECTURES = ['standalone', 'celery', 'microservices', 'runner'] as const;

/** The places that Redis can run in. */
export const REDIS_PLACES = ['web', 'worker', 'dedicated', 'docker'] as const;

/** The ways in which a client authenticates to Redis. */
export const AUTHS = ['none', 'password', 'acl'] as const;

/** The services that can start the workers: systemd, or Celery's generic init script. */
export const SERVICES = ['systemd', 'init'] as const;

/**
 * The places of sessions: django-redis-sessions, Pod's default; Django's cache; that cache and the SQL
 * database, so that Pod answers without Redis.
 */
export const SESSION_STORES = ['redis', 'cache', 'cached_db'] as const;

/** The firewalls that can keep everybody else from Redis. */
export const FIREWALLS = ['none', 'nftables', 'ufw'] as const;

/** A field with the addresses of a group of servers. */
export type ClientField =
  'from.web' | 'from.cron' | 'from.workers' | 'from.transcription' | 'from.xapi';

/**
 * The administrator's choices; nothing in it is derived. The names are the names of a link's
 * parameters and never change. A password is no part of it, so that none can get into a link.
 */
export type Architecture = Readonly<
  {
    arch: (typeof ARCHITECTURES)[number];
    /** Web servers; with Esup-Runner, one of them has the cron job. */
    web: number;
    /** With Esup-Runner: presentations of BigBlueButton are imported, which Celery encodes. */
    bbb: boolean;
    /** Encoding servers; 0 puts every worker on the web server itself. */
    workers: number;
    transcription: boolean;
    xapi: boolean;
    redis: (typeof REDIS_PLACES)[number];
    /** The address of Redis; empty until the reader gives one. */
    host: string;
    port: number;
    /** The path of the Unix socket of Redis; empty where it is reached over the network. */
    socket: string;
    /** `host:port` of each sentinel, separated by commas; empty for one Redis server without any. */
    sentinels: string;
    /** The sentinels' name for the master. */
    master: string;
    /** Where sessions are kept. */
    sessions: (typeof SESSION_STORES)[number];
    /** Redis's memory limit, in MB. */
    memory: number;
    auth: (typeof AUTHS)[number];
    /** The name of the ACL user. */
    user: string;
    tls: boolean;
    /** The path of the certificate authority's file, on every server. */
    ca: string;
    firewall: (typeof FIREWALLS)[number];
    /** The service that starts the workers. */
    service: (typeof SERVICES)[number];
    /** The folder of Pod's project. */
    project: string;
    /** The folder of its virtual environment. */
    venv: string;
    /** The folder of the virtual environment on servers without Django, which need requirements-encode.txt alone. */
    'venv.encode': string;
    /** The system user and group that Pod runs as. */
    account: string;
    /** The folder of the workers' logs, under Celery's init script. */
    logs: string;
    /** The folder of the workers' PID files, under Celery's init script. */
    pids: string;
    /** The folder where workers note which encodings and transcriptions have succeeded. */
    results: string;
    /** One settings_local.py for every server. */
    shared: boolean;
    prefix: string;
    /** The longest encoding or transcription, in hours. */
    hours: number;
    comments: boolean;
  } & Record<`db.${DatabaseRole}`, number> &
    /** The addresses or networks, separated by commas, that servers reach Redis from. */
    Record<ClientField, string>
>;

/** A field of the form, a parameter of a link, a property of {@link Architecture}. */
export type FieldName = keyof Architecture;

/** The fields that are any text of a syntax, and no choice between a few. */
export type TextFieldName = {
  [F in FieldName]: string extends Architecture[F] ? F : never;
}[FieldName];

/** The fields that are a choice between a few texts. */
export type ChoiceFieldName = {
  [F in FieldName]: Architecture[F] extends string ? F : never;
}[Exclude<FieldName, TextFieldName>];

/**
 * The generator's first state, in the order of the form: the guide's own case, one web server that
 * also runs the Celery worker, Redis on 127.0.0.1; and with a password, as the guide recommends.
 */
export const DEFAULTS: Architecture = {
  arch: 'celery',
  web: 1,
  bbb: false,
  workers: 0,
  transcription: false,
  xapi: false,
  redis: 'web',
  host: '',
  port: REDIS_PORT,
  socket: '',
  sentinels: '',
  master: 'mymaster',
  sessions: 'redis',
  memory: 512,
  auth: 'password',
  user: 'pod',
  tls: false,
  ca: '/etc/redis/tls/ca.crt',
  firewall: 'nftables',
  'from.web': '',
  'from.cron': '',
  'from.workers': '',
  'from.transcription': '',
  'from.xapi': '',
  hours: 24,
  service: 'systemd',
  project: '/usr/local/django_projects/podv4',
  venv: '/home/pod/.virtualenvs/django_pod4',
  'venv.encode': '/home/pod/.virtualenvs/pod4_encode',
  account: 'pod',
  logs: '/var/log/celery',
  pids: '/var/run/celery',
  results: '/var/lib/pod-celery',
  shared: false,
  prefix: 'pod',
  'db.select2': GUIDE_NUMBERS.select2,
  'db.default': GUIDE_NUMBERS.default,
  'db.sessions': GUIDE_NUMBERS.sessions,
  'db.encoding': GUIDE_NUMBERS.encoding,
  'db.xapi': GUIDE_NUMBERS.xapi,
  comments: true,
};

/** A field's value as links and form controls have it; `1` and `0` for a checkbox. */
export function fieldText(architecture: Architecture, name: FieldName): string {
  const value = architecture[name];
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}
