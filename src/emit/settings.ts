import type { ConnectionSetting, Deployment } from '../model/deployment.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import type { Role } from '../pod/roles.ts';
import { RUNNER_TASKS_DAYS, UPLOAD_MODE } from '../pod/runner.ts';
import { CONFIG_MODULE } from '../pod/workers.ts';
import {
  CodeWriter,
  constant,
  name,
  number,
  plain,
  string,
  type DictEntry,
  type Line,
  type PythonValue,
  type Source,
  type Statement,
  type Writing,
} from './code.ts';
import {
  brokerTls,
  cacheOptions,
  redisUrl,
  sentinelList,
  sessionEntries,
  transportOptions,
} from './connection.ts';
import { pythonString } from './escape.ts';
import { dictLines, literal, pythonTokens } from './python.ts';
import { notePlaceholder } from './redis.ts';
import { needsConfigModule } from './worker.ts';

/** The address of Pod's published documentation; PAGE_fr or PAGE_en follows. */
const POD_DOCS = 'https://esupportail.github.io/Esup-Pod/4.x/Installation/';

const text = (value: string, source?: Source) => literal(string(pythonString(value), source));
const TRUE = literal(constant('True'));

/** Writes the settings of one file. */
class SettingsWriter {
  readonly #code: CodeWriter;
  readonly #deployment: Deployment;
  readonly #writing: Writing;
  readonly #roles: ReadonlySet<Role>;

  constructor(deployment: Deployment, writing: Writing, roles: readonly Role[]) {
    this.#code = new CodeWriter(writing.say, deployment.comments);
    this.#deployment = deployment;
    this.#writing = writing;
    this.#roles = new Set(roles);
  }

  #has(...roles: Role[]): boolean {
    return roles.some((role) => this.#roles.has(role));
  }

  /** Emits `SETTING = VALUE`, a dict on several lines. */
  #set(setting: string, value: PythonValue, source?: Source): void {
    const before = [name(setting, source), plain(' = ')];
    const lines =
      value.kind === 'dict'
        ? dictLines(before, value.entries)
        : [[...before, ...pythonTokens(value)]];
    this.#code.statement(setting, lines, value);
  }

  #setUrl(setting: ConnectionSetting, database: DatabaseRole): void {
    const url = redisUrl(this.#deployment, database, this.#writing, 'celery');
    this.#set(setting, literal(...url), { database });
  }

  #emitHeader(): void {
    const { redis, transcription } = this.#deployment;
    this.#code.note('file.settings.part');
    for (const role of this.#roles)
      if (role !== 'redis')
        this.#code.note(`file.needs.${role}`, { server: role }, { docs: POD_DOCS });
    if (transcription && this.#has('worker'))
      this.#code.note('file.needs.transcribing', { field: 'transcription' }, { docs: POD_DOCS });
    if (redis.placeholder) this.#code.note('file.placeholder', { field: 'host' });
    notePlaceholder(this.#code, this.#deployment, this.#writing);
  }

  #emitCelery(): void {
    if (!this.#has('web', 'cron', 'worker')) return;
    const { arch, hours } = this.#deployment;
    const database = 'encoding';
    const source: Source = { field: arch === 'runner' ? 'bbb' : 'arch' };
    this.#code.gap().note(arch === 'runner' ? 'file.settings.bbb' : 'file.settings.celery', source);
    this.#set('CELERY_TO_ENCODE', TRUE, source);
    this.#code.note('file.settings.broker', { database });
    this.#setUrl('CELERY_BROKER_URL', database);
    this.#code.note('file.settings.acksLate');
    this.#set('CELERY_TASK_ACKS_LATE', TRUE, {});
    this.#code.note('file.settings.visibility', { field: 'hours' }, { hours });
    this.#set('CELERY_BROKER_TRANSPORT_OPTIONS', {
      kind: 'dict',
      entries: transportOptions(this.#deployment, this.#writing),
    });
    const tls = brokerTls(this.#deployment);
    if (tls.length > 0) {
      this.#code.note('file.settings.brokerTls', { field: 'tls' });
      this.#set('CELERY_BROKER_USE_SSL', { kind: 'dict', entries: tls }, { field: 'tls' });
    }
  }

  /** Esup-Runner. Everything that may save a video starts its encoding: the Celery worker too. */
  #emitRunner(): void {
    const source: Source = { field: 'arch' };
    this.#code.gap().note('file.settings.runner', source);
    this.#set('USE_RUNNER_MANAGER', TRUE, source);
    this.#code.note('file.settings.runnerDays', source);
    this.#set('RM_TASKS_DELETED_AFTER_DAYS', literal(number(String(RUNNER_TASKS_DAYS))), source);
    if (!this.#deployment.redis.container) {
      this.#code.note('file.settings.runnerHttps', source);
      this.#set('SECURE_SSL_REDIRECT', TRUE, source);
    }
    this.#code.note('file.settings.runnerUpload', source);
    this.#set('FILE_UPLOAD_PERMISSIONS', literal(number(UPLOAD_MODE)), source);
  }

  #emitMicroservices(): void {
    if (!this.#has('web', 'encoding', 'transcription')) return;
    this.#code.gap();
    if (this.#has('web')) {
      this.#code.note('file.settings.microservices', { field: 'arch' });
      this.#set('USE_REMOTE_ENCODING_TRANSCODING', TRUE, { field: 'arch' });
    }
    this.#code.note('file.settings.broker', { database: 'encoding' });
    this.#setUrl('ENCODING_TRANSCODING_CELERY_BROKER_URL', 'encoding');
  }

  #emitXapi(): void {
    if (!this.#has('web', 'xapi')) return;
    this.#code.gap();
    if (this.#has('web')) {
      this.#code.note('file.settings.xapi', { field: 'xapi' });
      this.#set('USE_XAPI', TRUE, { field: 'xapi' });
      this.#set('USE_XAPI_VIDEO', TRUE, { field: 'xapi' });
    }
    this.#code.note('file.settings.xapiBroker', { database: 'xapi' });
    this.#setUrl('XAPI_CELERY_BROKER_URL', 'xapi');
  }

  /** The variable that has Celery's other apps read the configuration module. */
  #emitConfigModule(): void {
    if (!this.#has('web') || !needsConfigModule(this.#deployment, 'web')) return;
    const { redis } = this.#deployment;
    const source: Source = { field: redis.sentinel === undefined ? 'sessions' : 'sentinels' };
    this.#code
      .gap()
      .note('file.settings.module', source)
      .line(name('import os', source))
      .statement('CELERY_CONFIG_MODULE', [
        [
          name('os.environ', source),
          plain('['),
          string(pythonString('CELERY_CONFIG_MODULE')),
          plain('] = '),
          string(pythonString(CONFIG_MODULE)),
        ],
      ]);
  }

  /** A cache: its lines in `CACHES`, and its entry. */
  #cache(alias: 'default' | 'select2' | 'sessions'): { lines: Line[]; entry: DictEntry } {
    const source: Source = { database: alias };
    const prefix = this.#deployment.prefixes[alias];
    const pairs: DictEntry[] = [
      ['BACKEND', text('django_redis.cache.RedisCache', source)],
      ['LOCATION', literal(...redisUrl(this.#deployment, alias, this.#writing, 'django'))],
    ];
    if (prefix !== '')
      pairs.push(['KEY_PREFIX', text(prefix, { field: 'prefix', database: alias })]);
    const options = cacheOptions(this.#deployment, this.#writing, alias);
    const indent = '        ';
    const key = (word: string) => [plain(indent), string(pythonString(word)), plain(': ')];
    const lines: Line[] = [
      [plain('    '), string(pythonString(alias), source), plain(': {')],
      ...pairs.map(([word, value]) => [...key(String(word)), ...pythonTokens(value), plain(',')]),
      ...dictLines(key('OPTIONS'), options, indent, ','),
      [plain('    },')],
    ];
    const entries: DictEntry[] = [...pairs, ['OPTIONS', { kind: 'dict', entries: options }]];
    return { lines, entry: [alias, { kind: 'dict', entries }] };
  }

  #emitCaches(): void {
    if (!this.#has('web', 'cron', 'worker')) return;
    const { redis, prefixes, sessions } = this.#deployment;
    this.#code.gap();
    if (redis.sentinel !== undefined) {
      const source: Source = { field: 'sentinels' };
      this.#code.note('file.settings.sentinelCaches', source);
      this.#set(
        'DJANGO_REDIS_CONNECTION_FACTORY',
        text('django_redis.pool.SentinelConnectionFactory'),
        source,
      );
    }
    if (sessions === 'cached_db') {
      const source: Source = { field: 'sessions' };
      this.#code.note('file.settings.away', source);
      this.#set('DJANGO_REDIS_IGNORE_EXCEPTIONS', TRUE, source);
      this.#set('DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS', TRUE, source);
      // Pod's LOGGING has no other that writes django-redis's messages to a file.
      this.#set('DJANGO_REDIS_LOGGER', text('django'), source);
    }
    this.#code.note(this.#has('web') ? 'file.settings.caches' : 'file.settings.workerCaches');
    if (prefixes.default !== '') this.#code.note('file.settings.prefix', { field: 'prefix' });
    const caches = [this.#cache('default'), this.#cache('select2')];
    if (sessions !== 'redis' && this.#has('web')) caches.push(this.#cache('sessions'));
    this.#code.statement(
      'CACHES',
      [[name('CACHES'), plain(' = {')], ...caches.flatMap(({ lines }) => lines), [plain('}')]],
      { kind: 'dict', entries: caches.map(({ entry }) => entry) },
    );
    this.#code.note('file.settings.select2', { database: 'select2' });
    this.#set('SELECT2_CACHE_BACKEND', text('select2'), { database: 'select2' });
  }

  #emitSessions(): void {
    if (!this.#has('web')) return;
    const { redis, prefixes, sessions } = this.#deployment;
    const database = 'sessions';
    this.#code.gap();
    if (sessions !== 'redis') {
      const source: Source = { field: 'sessions', database };
      this.#code.note(`file.settings.sessions.${sessions}`, source);
      this.#set('SESSION_ENGINE', text(`django.contrib.sessions.backends.${sessions}`), source);
      this.#set('SESSION_CACHE_ALIAS', text('sessions'), source);
      return;
    }
    this.#code.note('file.settings.sessions', { database });
    this.#set('SESSION_ENGINE', text('redis_sessions.session'), { database });
    if (redis.sentinel !== undefined) {
      this.#code.note('file.settings.sentinelSessions', { field: 'sentinels' });
      this.#set('SESSION_REDIS_SENTINEL_LIST', sentinelList(this.#deployment), {
        database,
        field: 'sentinels',
      });
      this.#set(
        'SESSION_REDIS_SENTINEL_MASTER_ALIAS',
        text(redis.sentinel.master, { field: 'master' }),
        { database },
      );
    }
    const entries: DictEntry[] = [
      ...sessionEntries(this.#deployment, this.#writing),
      ['prefix', text(prefixes.sessions, { field: 'prefix' })],
      ['socket_timeout', literal(number('1'))],
      ['retry_on_timeout', literal(constant('False'))],
    ];
    this.#set('SESSION_REDIS', { kind: 'dict', entries }, { database });
  }

  write(): Statement[] {
    const { arch, bbb, xapi } = this.#deployment;
    this.#emitHeader();
    if (arch === 'runner' && this.#has('web', 'cron', 'worker')) this.#emitRunner();
    if (arch === 'celery' || bbb) this.#emitCelery();
    if (arch === 'microservices') this.#emitMicroservices();
    if (xapi) this.#emitXapi();
    this.#emitConfigModule();
    this.#emitCaches();
    this.#emitSessions();
    return this.#code.done();
  }
}

/**
 * The Redis and Celery settings of `pod/custom/settings_local.py` for the servers that have these
 * roles; each statement has the name of its setting. Settings replace whole variables of Pod's own
 * (pod/settings.py), hence a Celery worker's `CACHES` has `select2` although only web servers use it.
 */
export function emitSettings(
  deployment: Deployment,
  writing: Writing,
  roles: readonly Role[],
): Statement[] {
  return new SettingsWriter(deployment, writing, roles).write();
}
