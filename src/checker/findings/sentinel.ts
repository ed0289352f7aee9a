import { linesAfter, quotedLike, withEntry } from '../repair/edits.ts';
import { binding } from '../read/files.ts';
import type { SettingsRule } from '../report.ts';
import { at, isOpen, textOf, written } from '../read/values.ts';

const FACTORY = 'django_redis.pool.SentinelConnectionFactory';

/** Caches that read from a replica, which may be late: a value just written is not there yet. */
export const sentinelClients: SettingsRule = (file, report) => {
  for (const { setting, client, dict } of file.connections) {
    const given = client === 'django' ? at(dict, 'OPTIONS', 'CLIENT_CLASS') : undefined;
    if (given?.kind !== 'string' || given.text !== 'django_redis.client.SentinelClient') continue;
    const from = given.text.indexOf('SentinelClient');
    const place = written(given, from, given.text.length);
    report.add(
      'sentinel-client',
      file,
      given,
      { setting },
      place ? [{ ...place, insert: 'DefaultClient' }] : [],
    );
  }
};

/** What clients need besides the addresses of sentinels. */
export const sentinels: SettingsRule = (file, report) => {
  const source = file.given.text;
  const list = binding(file, 'SESSION_REDIS_SENTINEL_LIST');
  const sessions = binding(file, 'SESSION_REDIS');
  if (list && sessions?.value.kind === 'dict' && !sessions.value.open) {
    const host = at(sessions.value, 'host');
    if (host?.kind !== 'none' && !isOpen(host))
      report.add(
        'sentinel-host',
        file,
        host ?? sessions.value,
        {},
        host
          ? host.named === undefined
            ? [{ from: host.from, to: host.to, insert: 'None' }]
            : []
          : withEntry(source, sessions.value, 'host', 'None'),
      );
  }
  const caches = binding(file, 'CACHES');
  const cache = at(caches?.value, 'default') ?? at(caches?.value, 'select2');
  const factory = binding(file, 'DJANGO_REDIS_CONNECTION_FACTORY');
  const options = at(cache, 'OPTIONS');
  const own = textOf(at(options, 'CONNECTION_FACTORY'));
  if (
    caches &&
    at(options, 'SENTINELS') !== undefined &&
    textOf(factory?.value) !== FACTORY &&
    own !== FACTORY &&
    !(factory === undefined && file.python.open)
  )
    report.add(
      'sentinel-factory',
      file,
      caches.statement,
      {},
      factory
        ? [{ from: factory.value.from, to: factory.value.to, insert: JSON.stringify(FACTORY) }]
        : linesAfter(
            source,
            caches.statement,
            `DJANGO_REDIS_CONNECTION_FACTORY = ${JSON.stringify(FACTORY)}`,
          ),
    );

  const celery = file.connections.find(({ setting }) => setting === 'CELERY_BROKER_URL');
  if (celery?.transport === 'sentinel') {
    const transport = binding(file, 'CELERY_BROKER_TRANSPORT_OPTIONS');
    const name = file.connections.find(
      ({ client, master }) => client !== 'celery' && master !== undefined,
    )?.master;
    const missing =
      at(transport?.value, 'master_name') === undefined &&
      !isOpen(transport?.value) &&
      !(transport === undefined && file.python.open);
    if (missing) {
      const value = transport?.value;
      const insert =
        name === undefined
          ? []
          : value?.kind === 'dict'
            ? withEntry(source, value, 'master_name', quotedLike(source, value, name))
            : linesAfter(
                source,
                binding(file, 'CELERY_BROKER_URL')?.statement ?? celery.span,
                `CELERY_BROKER_TRANSPORT_OPTIONS = {"master_name": ${JSON.stringify(name)}}`,
              );
      report.add('sentinel-master', file, transport?.statement ?? celery.span, {}, insert);
    }
  }

  // The name of the master has no place in these apps' URLs: only the module can have it.
  const module =
    file.python.environment.has('CELERY_CONFIG_MODULE') || binding(file, 'CELERY_CONFIG_MODULE');
  const other = file.connections.find(
    ({ setting, transport }) =>
      transport === 'sentinel' &&
      (setting === 'ENCODING_TRANSCODING_CELERY_BROKER_URL' ||
        setting === 'XAPI_CELERY_BROKER_URL'),
  );
  if (other && !module && file.roles.has('web') && !file.python.open)
    report.add('sentinel-module', file, other.span, { setting: other.setting });
};
