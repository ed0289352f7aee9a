import { DOCKER_HOST } from '../../pod/limits.ts';
import { GUIDE_NUMBERS } from '../../pod/databases.ts';
import { withEntry, withoutEntry, linesAtEnd } from '../repair/edits.ts';
import { binding } from '../read/files.ts';
import { settingLike, urlLike } from '../repair/generated.ts';
import type { SettingsRule } from '../report.ts';
import { at, isOpen, textOf, written, type Span } from '../read/values.ts';

const START: Span = { from: 0, to: 0 };

/** Caches: which there are, and that they are in Redis. */
export const caches: SettingsRule = (file, report) => {
  const source = file.given.text;
  const given = binding(file, 'CACHES');
  const web = file.roles.has('web');
  const worker = file.roles.has('worker');
  if (!given) {
    if (file.python.open || !(web || worker)) return;
    const lines = settingLike(file, 'CACHES');
    const repair = lines ? linesAtEnd(source, '', ...lines) : [];
    if (worker && !web) report.add('caches-missing', file, START, {}, repair);
    else if (file.connections.some(({ host }) => host?.toLowerCase() !== DOCKER_HOST))
      report.add('default-address', file, START, { setting: 'CACHES', host: DOCKER_HOST }, repair);
    return;
  }
  const { value, statement } = given;
  if (value.kind !== 'dict' || value.open) return;
  const backend = binding(file, 'SELECT2_CACHE_BACKEND');
  const select2 = backend ? textOf(backend.value) : 'select2';
  if ((web || worker) && select2 === 'select2' && at(value, 'select2') === undefined) {
    const like = at(value, 'default');
    const url = urlLike(file, 'select2', 'django');
    const kind = textOf(at(like, 'BACKEND')) ?? '';
    const simple =
      like?.kind === 'dict' &&
      /redis/i.test(kind) &&
      at(like, 'OPTIONS', 'SENTINELS') === undefined;
    const entry = `{"BACKEND": "django_redis.cache.RedisCache", "LOCATION": ${url}, "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"}}`;
    report.add(
      'select2-missing',
      file,
      statement,
      {},
      url !== undefined && simple ? withEntry(source, value, 'select2', entry) : [],
    );
  }
  for (const { setting, transport, span } of file.connections)
    if (transport === 'memory') report.add('cache-not-redis', file, span, { setting });
};

/** Caches whose address django-redis refuses (run: `Redis URL must specify one of the following schemes`). */
export const cacheSchemes: SettingsRule = (file, report) => {
  for (const { setting, client, span, urls, value, transport } of file.connections) {
    const [url] = urls;
    if (client !== 'django' || !value || transport === 'memory') continue;
    if (url && /^(rediss?|unix)$/.test(url.scheme)) continue;
    const number = url?.query.get('virtual_host');
    const socket =
      url?.scheme === 'redis+socket' ? written(value, 0, url.scheme.length) : undefined;
    const key = number && written(value, number.from - 'virtual_host='.length, number.from);
    // `10.0.0.9:6379:3`, as django-redis took it before its version 4.
    const [, host, port, database] = /^([^:/@]+):(\d+)(?::(\d+))?$/.exec(value.text) ?? [];
    const whole = written(value, 0, value.text.length);
    const role = setting === 'CACHES["select2"]' ? 'select2' : 'default';
    report.add(
      'cache-scheme',
      file,
      span,
      { setting, scheme: url?.scheme ?? '' },
      socket && key
        ? [
            { ...socket, insert: 'unix' },
            { ...key, insert: 'db=' },
          ]
        : host !== undefined && whole
          ? [{ ...whole, insert: `redis://${host}:${port}/${database ?? GUIDE_NUMBERS[role]}` }]
          : [],
    );
  }
};

/** Sessions: that they are in Redis, and what its dict does not know. */
export const sessions: SettingsRule = (file, report) => {
  const source = file.given.text;
  const web = file.roles.has('web');
  const engine = binding(file, 'SESSION_ENGINE');
  const name = textOf(engine?.value);
  const elsewhere = name !== undefined && name !== 'redis_sessions.session';
  if (web && engine && elsewhere)
    report.add(
      'sessions-not-redis',
      file,
      engine.statement,
      { engine: name.slice(0, 60) },
      engine.value.named === undefined
        ? [{ from: engine.value.from, to: engine.value.to, insert: '"redis_sessions.session"' }]
        : [],
    );
  const given = binding(file, 'SESSION_REDIS');
  if (!given) {
    const others = file.connections.some(
      ({ host, socket }) => socket !== undefined || host?.toLowerCase() !== DOCKER_HOST,
    );
    if (!web || elsewhere || file.python.open || !others) return;
    const lines = settingLike(file, 'SESSION_REDIS');
    report.add(
      'default-address',
      file,
      START,
      { setting: 'SESSION_REDIS', host: DOCKER_HOST },
      lines ? linesAtEnd(source, '', ...lines) : [],
    );
    return;
  }
  const { value } = given;
  if (value.kind !== 'dict') return;
  const pool = value.entries.get('POOL');
  if (pool) report.add('session-pool', file, pool, {}, withoutEntry(source, value, pool));
  if (at(value, 'url') !== undefined) return;
  const user = value.entries.get('username') ?? value.entries.get('user');
  if (user) {
    const url = urlLike(file, 'sessions', 'django');
    // With `url` there, the dict's own host, port, db and password are ignored.
    const named = url !== undefined && /^"rediss?:\/\/[^:"]+:/.test(url) && !user.statement;
    report.add(
      'session-acl',
      file,
      user,
      { key: user.key },
      named ? [{ from: user.from, to: user.to, insert: `"url": ${url}` }] : [],
    );
    return;
  }
  const ssl = [...value.entries.values()].find(({ key }) => /^ssl/.test(key));
  if (ssl && !isOpen(value)) {
    const url = urlLike(file, 'sessions', 'django');
    const secure = url !== undefined && url.startsWith('"rediss://') && !ssl.statement;
    const others = [...value.entries.values()].filter(
      (each) => /^ssl/.test(each.key) && each !== ssl,
    );
    report.add(
      'session-ssl',
      file,
      ssl,
      { key: ssl.key },
      secure && others.length === 0
        ? [{ from: ssl.from, to: ssl.to, insert: `"url": ${url}` }]
        : [],
    );
  }
};
