import type { ConnectionSetting } from '../../model/deployment.ts';
import { BROKER_SETTINGS, type BrokerSetting } from '../../pod/brokers.ts';
import type { DatabaseRole } from '../../pod/databases.ts';
import { REDIS_PORT, SENTINEL_PORT } from '../../pod/limits.ts';
import type { PythonFile } from './python/file.ts';
import type { Span } from './span.ts';
import { readUrls, type Url, type UrlComponent } from './url.ts';
import {
  isIncomplete,
  numberOf,
  textOf,
  valueAt,
  type DictValue,
  type StringValue,
  type Value,
} from './values.ts';

/** The way from a setting of a file to its Redis database. */
export interface ClientConnection {
  readonly setting: ConnectionSetting;
  readonly role: DatabaseRole;
  readonly client: 'django' | 'sessions' | 'celery';
  /** The value as a whole: the URL, the host of SESSION_REDIS, or the backend of another cache. */
  readonly span: Span;
  readonly transport: 'tcp' | 'tls' | 'socket' | 'sentinel' | 'rabbitmq' | 'memory' | 'unknown';
  readonly host?: string;
  readonly hostSpan?: Span;
  readonly port?: number;
  readonly socket?: string;
  readonly database?: number;
  /** The text in the place of the database number, and the component of the URL that has it. */
  readonly number?: {
    readonly text: string;
    readonly span: Span;
    readonly component?: UrlComponent;
  };
  readonly user?: string;
  /** The password decoded, and as the file has it. */
  readonly password?: { readonly text: string; readonly raw: string; readonly span: Span };
  /** The file of the certificate authority. */
  readonly ca?: string;
  /** The addresses of sentinels. */
  readonly sentinels?: readonly { readonly host: string; readonly port: number }[];
  /** The name of the master that sentinels are asked for. */
  readonly master?: string;
  /** The URLs in the value; none where SESSION_REDIS is a dict of host, port and so on. */
  readonly urls: readonly Url[];
  readonly value?: StringValue;
  /** The dict that has the value: a cache, or SESSION_REDIS. */
  readonly dict?: DictValue;
}

/**
 * The span of a part of a string in the source; the whole string where the part is not written in
 * one place.
 *
 * @param inVariables the part may be in a variable from which the string is made
 */
function spanOf(value: StringValue, { from, to }: Span, inVariables = false): Span {
  let start = 0;
  for (const piece of value.pieces) {
    const end = start + piece.text.length;
    if (piece.exact && (inVariables || !piece.named) && from >= start && to <= end && to > from)
      return { from: piece.from + from - start, to: piece.from + to - start };
    start = end;
  }
  return { from: value.from, to: value.to };
}

/** The database of a URL, as each client reads it. */
function databaseOf(
  url: Url,
  client: ClientConnection['client'],
  value: StringValue,
): Pick<ClientConnection, 'database' | 'number'> {
  const component =
    url.scheme === 'unix'
      ? url.query.get('db')
      : url.scheme === 'redis+socket'
        ? url.query.get('virtual_host')
        : url.path;
  if (!component || component.text === '')
    return client === 'celery' || client === 'django' ? { database: 0 } : {};
  const text = component.text.replace(/^\//, '');
  return {
    ...(/^\d{1,9}$/.test(text) && { database: Number(text) }),
    number: { text, span: spanOf(value, component), component },
  };
}

function transportOf(scheme: string): ClientConnection['transport'] {
  switch (scheme) {
    case 'redis':
      return 'tcp';
    case 'rediss':
      return 'tls';
    case 'unix':
    case 'redis+socket':
      return 'socket';
    case 'sentinel':
      return 'sentinel';
    case 'amqp':
    case 'amqps':
    case 'pyamqp':
      return 'rabbitmq';
    default:
      return 'unknown';
  }
}

type UrlFacts = Omit<ClientConnection, 'setting' | 'role' | 'client' | 'span' | 'urls' | 'dict'>;

/** The connection of a string with URLs, by the first of them. */
function factsOf(
  value: StringValue,
  urls: readonly Url[],
  client: ClientConnection['client'],
): UrlFacts {
  const [url] = urls;
  if (!url) return { transport: 'unknown', value };
  const transport = transportOf(url.scheme);
  const { user, password, host, port, path, query } = url;
  const ca = query.get('ssl_ca_certs')?.text;
  return {
    transport,
    value,
    ...(transport === 'socket'
      ? { socket: path.text }
      : host && { host: host.text, hostSpan: spanOf(value, host) }),
    ...(transport !== 'socket' && transport !== 'sentinel' && { port: port ?? REDIS_PORT }),
    ...databaseOf(url, client, value),
    ...(user && { user: user.text }),
    ...(password && {
      password: {
        text: password.text,
        raw: value.text.slice(password.from, password.to),
        span: spanOf(value, password, true),
      },
    }),
    ...(ca !== undefined && { ca }),
    ...(transport === 'sentinel' && {
      sentinels: urls.flatMap((each) =>
        each.host ? [{ host: each.host.text, port: each.port ?? SENTINEL_PORT }] : [],
      ),
    }),
  };
}

/** The engines of sessions that use one of `CACHES`. */
export const CACHE_ENGINES: readonly [cache: string, database: string] = [
  'django.contrib.sessions.backends.cache',
  'django.contrib.sessions.backends.cached_db',
];

/** The addresses in a list of `(host, port)`. */
function addressesIn(value: Value | undefined): { host: string; port: number }[] {
  if (value?.kind !== 'list') return [];
  return value.items.flatMap((item) => {
    const [host, port] = item.kind === 'list' ? item.items : [];
    const text = textOf(host);
    return text === undefined ? [] : [{ host: text, port: numberOf(port) ?? SENTINEL_PORT }];
  });
}

function cacheConnections(
  python: PythonFile,
  alias: 'default' | 'select2' | 'sessions',
): ClientConnection[] {
  const dict = valueAt(python.bindings.get('CACHES')?.value, alias);
  if (dict?.kind !== 'dict') return [];
  const common = { setting: `CACHES["${alias}"]`, role: alias, client: 'django', dict } as const;
  const span = dict;
  const backend = textOf(valueAt(dict, 'BACKEND'));
  if (backend !== undefined && !/redis/i.test(backend))
    return [{ ...common, span: valueAt(dict, 'BACKEND') ?? span, transport: 'memory', urls: [] }];
  const location = valueAt(dict, 'LOCATION');
  const value = location?.kind === 'list' ? location.items[0] : location;
  if (value?.kind !== 'string') return [];
  const urls = readUrls(value.text, ',');
  const facts = factsOf(value, urls, 'django');
  const options = valueAt(dict, 'OPTIONS');
  const sentinels = valueAt(options, 'SENTINELS');
  const password = valueAt(options, 'PASSWORD');
  const option = password?.kind === 'string' && facts.password === undefined ? password : undefined;
  if (sentinels === undefined)
    return [
      {
        ...common,
        ...facts,
        span: value,
        urls,
        ...(option && { password: { text: option.text, raw: option.text, span: option } }),
      },
    ];
  const { host, ...rest } = facts;
  const pool = valueAt(options, 'CONNECTION_POOL_KWARGS');
  const user = textOf(valueAt(pool, 'username'));
  const ca = textOf(valueAt(pool, 'ssl_ca_certs'));
  return [
    {
      ...common,
      ...rest,
      span: value,
      urls,
      transport: 'sentinel',
      sentinels: addressesIn(sentinels),
      ...(host !== undefined && { master: host }),
      ...(user !== undefined && { user }),
      ...(ca !== undefined && { ca }),
      ...(option && { password: { text: option.text, raw: option.text, span: option } }),
    },
  ];
}

/** Whether Django keeps sessions in a separate cache, and not through django-redis-sessions. */
function keepsSessionsInCache({ bindings }: PythonFile): boolean {
  const engine = textOf(bindings.get('SESSION_ENGINE')?.value) ?? '';
  const alias = textOf(bindings.get('SESSION_CACHE_ALIAS')?.value);
  return CACHE_ENGINES.includes(engine) && alias === 'sessions';
}

function sessionConnections(python: PythonFile): ClientConnection[] {
  const dict = python.bindings.get('SESSION_REDIS')?.value;
  if (dict?.kind !== 'dict') return [];
  const common = { setting: 'SESSION_REDIS', role: 'sessions', client: 'sessions', dict } as const;
  const url = valueAt(dict, 'url');
  if (url?.kind === 'string') {
    const urls = readUrls(url.text, ',');
    return [{ ...common, ...factsOf(url, urls, 'sessions'), span: url, urls }];
  }
  const list = python.bindings.get('SESSION_REDIS_SENTINEL_LIST')?.value;
  const alias = textOf(python.bindings.get('SESSION_REDIS_SENTINEL_MASTER_ALIAS')?.value);
  const host = valueAt(dict, 'host');
  const socket = textOf(valueAt(dict, 'unix_domain_socket_path'));
  const db = valueAt(dict, 'db');
  const database = db === undefined && !isIncomplete(dict) ? 0 : numberOf(db);
  const password = valueAt(dict, 'password');
  const hostText = textOf(host);
  return [
    {
      ...common,
      span: host ?? dict,
      urls: [],
      transport:
        list !== undefined
          ? 'sentinel'
          : socket !== undefined
            ? 'socket'
            : hostText === undefined
              ? 'unknown'
              : 'tcp',
      ...(hostText !== undefined && { host: hostText }),
      ...(host && { hostSpan: host }),
      ...(socket === undefined &&
        list === undefined && { port: numberOf(valueAt(dict, 'port')) ?? REDIS_PORT }),
      ...(socket !== undefined && { socket }),
      ...(database !== undefined && { database }),
      ...(db && { number: { text: String(numberOf(db) ?? ''), span: db } }),
      ...(password?.kind === 'string' && {
        password: { text: password.text, raw: password.text, span: password },
      }),
      ...(list !== undefined && { sentinels: addressesIn(list) }),
      ...(alias !== undefined && { master: alias }),
    },
  ];
}

function brokerConnections(python: PythonFile, setting: BrokerSetting): ClientConnection[] {
  const value = python.bindings.get(setting)?.value;
  if (value?.kind !== 'string') return [];
  const urls = readUrls(value.text, ';');
  const facts = factsOf(value, urls, 'celery');
  const options =
    setting === 'CELERY_BROKER_URL'
      ? python.bindings.get('CELERY_BROKER_TRANSPORT_OPTIONS')?.value
      : undefined;
  const master = textOf(valueAt(options, 'master_name'));
  return [
    {
      setting,
      role: BROKER_SETTINGS[setting],
      client: 'celery',
      span: value,
      urls,
      ...facts,
      ...(master !== undefined && { master }),
    },
  ];
}

/** The connections of a file's settings. Defaults of Pod are left out: only the file's own count. */
export function clientConnections(python: PythonFile): ClientConnection[] {
  return [
    ...(Object.keys(BROKER_SETTINGS) as BrokerSetting[]).flatMap((setting) =>
      brokerConnections(python, setting),
    ),
    ...cacheConnections(python, 'default'),
    ...cacheConnections(python, 'select2'),
    ...(keepsSessionsInCache(python)
      ? cacheConnections(python, 'sessions')
      : sessionConnections(python)),
  ];
}
