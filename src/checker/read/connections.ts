import type { DatabaseRole } from '../../pod/databases.ts';
import type { ConnectionSetting } from '../../model/deployment.ts';
import type { PythonFile } from './python.ts';
import { readUrls, type Part, type Url } from './url.ts';
import {
  at,
  isOpen,
  numberOf,
  textOf,
  type DictValue,
  type Span,
  type StringValue,
  type Value,
} from './values.ts';

/** How a setting of a file gets to its database. */
export interface Connection {
  readonly setting: ConnectionSetting;
  readonly role: DatabaseRole;
  readonly client: 'django' | 'sessions' | 'celery';
  /** Where to point at when something is wrong with all of it. */
  readonly span: Span;
  readonly transport: 'tcp' | 'tls' | 'socket' | 'sentinel' | 'rabbitmq' | 'memory' | 'unknown';
  readonly host?: string;
  /** Where the host is written. */
  readonly hostAt?: Span;
  readonly port?: number;
  readonly socket?: string;
  readonly database?: number;
  /** What stands where the number belongs. */
  readonly number?: {
    readonly text: string;
    readonly at: Span;
    readonly value?: StringValue;
    readonly part?: Part;
  };
  readonly user?: string;
  readonly password?: { readonly text: string; readonly raw: string; readonly at: Span };
  readonly ca?: string;
  /** The addresses of sentinels. */
  readonly sentinels?: readonly { readonly host: string; readonly port: number }[];
  readonly master?: string;
  /** The URLs and the text they are in, for all but a dict of entries. */
  readonly urls: readonly Url[];
  readonly value?: StringValue;
  /** The dict it is in: a cache, or SESSION_REDIS. */
  readonly dict?: DictValue;
}

/** The settings that hold the URL of a broker. */
export const BROKERS = {
  CELERY_BROKER_URL: 'encoding',
  ENCODING_TRANSCODING_CELERY_BROKER_URL: 'encoding',
  XAPI_CELERY_BROKER_URL: 'xapi',
} as const;

/** A setting that holds the URL of a broker. */
export type BrokerSetting = keyof typeof BROKERS;

/**
 * Where a part of a string is, or the whole of it where that is not one place.
 *
 * @param elsewhere the place may be where a name was given, that the string is made of
 */
function place(
  value: StringValue,
  { from, to }: { from: number; to: number },
  elsewhere = false,
): Span {
  let start = 0;
  for (const piece of value.pieces) {
    const end = start + piece.text.length;
    if (piece.exact && (elsewhere || !piece.named) && from >= start && to <= end && to > from)
      return { from: piece.from + from - start, to: piece.from + to - start };
    start = end;
  }
  return { from: value.from, to: value.to };
}

/** The database that a URL leads to, as each client reads it. */
function numberIn(
  url: Url,
  client: Connection['client'],
  value: StringValue,
): Pick<Connection, 'database' | 'number'> {
  const part =
    url.scheme === 'unix'
      ? url.query.get('db')
      : url.scheme === 'redis+socket'
        ? url.query.get('virtual_host')
        : url.path;
  if (!part || part.text === '')
    return client === 'celery' || client === 'django' ? { database: 0 } : {};
  const text = part.text.replace(/^\//, '');
  return {
    ...(/^\d{1,9}$/.test(text) && { database: Number(text) }),
    number: { text, at: place(value, part), value, part },
  };
}

function transportOf(scheme: string): Connection['transport'] {
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

type Facts = Omit<Connection, 'setting' | 'role' | 'client' | 'span' | 'urls' | 'dict'>;

/** What the first of a text's URLs says. */
function factsOf(value: StringValue, urls: readonly Url[], client: Connection['client']): Facts {
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
      : host && { host: host.text, hostAt: place(value, host) }),
    ...(transport !== 'socket' && transport !== 'sentinel' && { port: port ?? 6379 }),
    ...numberIn(url, client, value),
    ...(user && { user: user.text }),
    ...(password && {
      password: {
        text: password.text,
        raw: value.text.slice(password.from, password.to),
        at: place(value, password, true),
      },
    }),
    ...(ca !== undefined && { ca }),
    ...(transport === 'sentinel' && {
      sentinels: urls.flatMap((each) =>
        each.host ? [{ host: each.host.text, port: each.port ?? 26379 }] : [],
      ),
    }),
  };
}

function addressesIn(value: Value | undefined): { host: string; port: number }[] {
  if (value?.kind !== 'list') return [];
  return value.items.flatMap((item) => {
    const [host, port] = item.kind === 'list' ? item.items : [];
    const text = textOf(host);
    return text === undefined ? [] : [{ host: text, port: numberOf(port) ?? 26379 }];
  });
}

function cache(python: PythonFile, alias: 'default' | 'select2'): Connection[] {
  const dict = at(python.bindings.get('CACHES')?.value, alias);
  if (dict?.kind !== 'dict') return [];
  const common = { setting: `CACHES["${alias}"]`, role: alias, client: 'django', dict } as const;
  const span = dict;
  const backend = textOf(at(dict, 'BACKEND'));
  if (backend !== undefined && !/redis/i.test(backend))
    return [{ ...common, span: at(dict, 'BACKEND') ?? span, transport: 'memory', urls: [] }];
  const location = at(dict, 'LOCATION');
  const value = location?.kind === 'list' ? location.items[0] : location;
  if (value?.kind !== 'string') return [];
  const urls = readUrls(value.text, ',');
  const facts = factsOf(value, urls, 'django');
  const options = at(dict, 'OPTIONS');
  const sentinels = at(options, 'SENTINELS');
  const password = at(options, 'PASSWORD');
  const given = password?.kind === 'string' && facts.password === undefined ? password : undefined;
  if (sentinels === undefined)
    return [
      {
        ...common,
        ...facts,
        span: value,
        urls,
        ...(given && { password: { text: given.text, raw: given.text, at: given } }),
      },
    ];
  const { host, ...rest } = facts;
  return [
    {
      ...common,
      ...rest,
      span: value,
      urls,
      transport: 'sentinel',
      sentinels: addressesIn(sentinels),
      ...(host !== undefined && { master: host }),
      ...(given && { password: { text: given.text, raw: given.text, at: given } }),
    },
  ];
}

function sessions(python: PythonFile): Connection[] {
  const dict = python.bindings.get('SESSION_REDIS')?.value;
  if (dict?.kind !== 'dict') return [];
  const common = { setting: 'SESSION_REDIS', role: 'sessions', client: 'sessions', dict } as const;
  const url = at(dict, 'url');
  if (url?.kind === 'string') {
    const urls = readUrls(url.text, ',');
    return [{ ...common, ...factsOf(url, urls, 'sessions'), span: url, urls }];
  }
  const list = python.bindings.get('SESSION_REDIS_SENTINEL_LIST')?.value;
  const alias = textOf(python.bindings.get('SESSION_REDIS_SENTINEL_MASTER_ALIAS')?.value);
  const host = at(dict, 'host');
  const socket = textOf(at(dict, 'unix_domain_socket_path'));
  const db = at(dict, 'db');
  const database = db === undefined && !isOpen(dict) ? 0 : numberOf(db);
  const password = at(dict, 'password');
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
      ...(host && { hostAt: host }),
      ...(socket === undefined &&
        list === undefined && { port: numberOf(at(dict, 'port')) ?? 6379 }),
      ...(socket !== undefined && { socket }),
      ...(database !== undefined && { database }),
      ...(db && { number: { text: String(numberOf(db) ?? ''), at: db } }),
      ...(password?.kind === 'string' && {
        password: { text: password.text, raw: password.text, at: password },
      }),
      ...(list !== undefined && { sentinels: addressesIn(list) }),
      ...(alias !== undefined && { master: alias }),
    },
  ];
}

function broker(python: PythonFile, setting: BrokerSetting): Connection[] {
  const value = python.bindings.get(setting)?.value;
  if (value?.kind !== 'string') return [];
  const urls = readUrls(value.text, ';');
  const facts = factsOf(value, urls, 'celery');
  const options =
    setting === 'CELERY_BROKER_URL'
      ? python.bindings.get('CELERY_BROKER_TRANSPORT_OPTIONS')?.value
      : undefined;
  const master = textOf(at(options, 'master_name'));
  return [
    {
      setting,
      role: BROKERS[setting],
      client: 'celery',
      span: value,
      urls,
      ...facts,
      ...(master !== undefined && { master }),
    },
  ];
}

/** How the settings of a file get to their databases, as far as the file says it in so many words. */
export function connectionsOf(python: PythonFile): Connection[] {
  return [
    ...(Object.keys(BROKERS) as BrokerSetting[]).flatMap((setting) => broker(python, setting)),
    ...cache(python, 'default'),
    ...cache(python, 'select2'),
    ...sessions(python),
  ];
}
