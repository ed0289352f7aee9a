import {
  Code,
  constant,
  name,
  number,
  plain,
  string,
  type Line,
  type Source,
  type Writing,
} from './code.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import type { ConnectionSetting, Deployment } from '../model/deployment.ts';
import type { Role } from '../pod/roles.ts';
import { pythonString } from './quote.ts';
import {
  cacheOptions,
  redisUrl,
  sentinelList,
  sessionEntries,
  transportOptions,
} from './connection.ts';
import { dict, type Entry } from './python.ts';
import { CONFIG_MODULE } from '../pod/workers.ts';
import { needsConfigModule } from './worker.ts';

/** Where Pod's documentation is published; PAGE_fr or PAGE_en follows. */
const POD_DOCS = 'https://esupportail.github.io/Esup-Pod/4.x/Installation/';

const text = (value: string, source?: Source) => string(pythonString(value), source);
const TRUE = constant('True');

/** Writes the settings of one file. */
class Settings {
  readonly #code: Code;
  readonly #deployment: Deployment;
  readonly #writing: Writing;
  readonly #roles: ReadonlySet<Role>;

  constructor(deployment: Deployment, writing: Writing, roles: readonly Role[]) {
    this.#code = new Code(writing.say, deployment.architecture.comments);
    this.#deployment = deployment;
    this.#writing = writing;
    this.#roles = new Set(roles);
  }

  #has(...roles: Role[]): boolean {
    return roles.some((role) => this.#roles.has(role));
  }

  #url(setting: ConnectionSetting, database: DatabaseRole): void {
    const url = redisUrl(this.#deployment, database, this.#writing, 'celery');
    this.#code.line(name(setting, { database }), plain(' = '), ...url);
  }

  #on(setting: string, source: Source): void {
    this.#code.line(name(setting, source), plain(' = '), TRUE);
  }

  #dict(...of: Parameters<typeof dict>): void {
    for (const line of dict(...of)) this.#code.line(...line);
  }

  #header(): void {
    this.#code.note('file.settings.part');
    for (const role of this.#roles)
      if (role !== 'redis')
        this.#code.note(`file.needs.${role}`, { server: role }, { docs: POD_DOCS });
    if (this.#deployment.architecture.transcription && this.#has('worker'))
      this.#code.note('file.needs.transcribing', { field: 'transcription' }, { docs: POD_DOCS });
    if (this.#deployment.redis.placeholder) this.#code.note('file.placeholder', { field: 'host' });
  }

  #celery(): void {
    if (!this.#has('web', 'worker')) return;
    const database = 'encoding';
    this.#code.gap().note('file.settings.celery', { field: 'arch' });
    this.#on('CELERY_TO_ENCODE', { field: 'arch' });
    this.#code.note('file.settings.broker', { database });
    this.#url('CELERY_BROKER_URL', database);
    this.#code.note('file.settings.acksLate');
    this.#on('CELERY_TASK_ACKS_LATE', {});
    this.#code.note(
      'file.settings.visibility',
      { field: 'hours' },
      { hours: this.#deployment.architecture.hours },
    );
    this.#dict(
      [name('CELERY_BROKER_TRANSPORT_OPTIONS'), plain(' = ')],
      transportOptions(this.#deployment),
    );
  }

  #microservices(): void {
    if (!this.#has('web', 'encoding', 'transcription')) return;
    this.#code.gap();
    if (this.#has('web')) {
      this.#code.note('file.settings.microservices', { field: 'arch' });
      this.#on('USE_REMOTE_ENCODING_TRANSCODING', { field: 'arch' });
    }
    this.#code.note('file.settings.broker', { database: 'encoding' });
    this.#url('ENCODING_TRANSCODING_CELERY_BROKER_URL', 'encoding');
  }

  #xapi(): void {
    if (!this.#has('web', 'xapi')) return;
    this.#code.gap();
    if (this.#has('web')) {
      this.#code.note('file.settings.xapi', { field: 'xapi' });
      this.#on('USE_XAPI', { field: 'xapi' });
      this.#on('USE_XAPI_VIDEO', { field: 'xapi' });
    }
    this.#code.note('file.settings.xapiBroker', { database: 'xapi' });
    this.#url('XAPI_CELERY_BROKER_URL', 'xapi');
  }

  /** Makes Celery's other apps read what they are not told by these settings. */
  #configModule(): void {
    const { redis } = this.#deployment;
    if (
      redis.sentinel === undefined ||
      !this.#has('web') ||
      !needsConfigModule(this.#deployment, 'web')
    )
      return;
    const source: Source = { field: 'sentinels' };
    this.#code
      .gap()
      .note('file.settings.module', source)
      .line(name('import os', source))
      .line(
        name('os.environ', source),
        plain('['),
        text('CELERY_CONFIG_MODULE'),
        plain('] = '),
        text(CONFIG_MODULE),
      );
  }

  #cache(alias: 'default' | 'select2'): void {
    const source: Source = { database: alias };
    const prefix = this.#deployment.prefixes[alias];
    const location = redisUrl(this.#deployment, alias, this.#writing, 'django');
    this.#code.line(plain('    '), text(alias, source), plain(': {'));
    const pairs: Entry[] = [
      ['BACKEND', [text('django_redis.cache.RedisCache', source)]],
      ['LOCATION', location],
    ];
    if (prefix !== '')
      pairs.push(['KEY_PREFIX', [text(prefix, { field: 'prefix', database: alias })]]);
    const indent = '        ';
    for (const [key, value] of pairs)
      this.#code.line(plain(indent), text(key), plain(': '), ...value, plain(','));
    const options = cacheOptions(this.#deployment, this.#writing);
    this.#dict([plain(indent), text('OPTIONS'), plain(': ')], options, indent, ',');
    this.#code.line(plain('    },'));
  }

  #caches(): void {
    if (!this.#has('web', 'worker')) return;
    const { sentinel } = this.#deployment.redis;
    this.#code.gap();
    if (sentinel !== undefined)
      this.#code
        .note('file.settings.sentinelCaches', { field: 'sentinels' })
        .line(
          name('DJANGO_REDIS_CONNECTION_FACTORY', { field: 'sentinels' }),
          plain(' = '),
          text('django_redis.pool.SentinelConnectionFactory'),
        );
    this.#code.note(this.#has('web') ? 'file.settings.caches' : 'file.settings.workerCaches');
    if (this.#deployment.prefixes.default !== '')
      this.#code.note('file.settings.prefix', { field: 'prefix' });
    this.#code.line(name('CACHES'), plain(' = {'));
    this.#cache('default');
    this.#cache('select2');
    this.#code.line(plain('}'));
    this.#code
      .note('file.settings.select2', { database: 'select2' })
      .line(name('SELECT2_CACHE_BACKEND', { database: 'select2' }), plain(' = '), text('select2'));
  }

  #sessions(): void {
    if (!this.#has('web')) return;
    const database = 'sessions';
    this.#code
      .gap()
      .note('file.settings.sessions', { database })
      .line(name('SESSION_ENGINE', { database }), plain(' = '), text('redis_sessions.session'));
    const { sentinel } = this.#deployment.redis;
    if (sentinel !== undefined)
      this.#code
        .note('file.settings.sentinelSessions', { field: 'sentinels' })
        .line(
          name('SESSION_REDIS_SENTINEL_LIST', { database, field: 'sentinels' }),
          plain(' = '),
          ...sentinelList(this.#deployment),
        )
        .line(
          name('SESSION_REDIS_SENTINEL_MASTER_ALIAS', { database }),
          plain(' = '),
          text(sentinel.master, { field: 'master' }),
        );
    this.#dict(
      [name('SESSION_REDIS', { database }), plain(' = ')],
      [
        ...sessionEntries(this.#deployment, this.#writing),
        ['prefix', [text(this.#deployment.prefixes.sessions, { field: 'prefix' })]],
        ['socket_timeout', [number('1')]],
        ['retry_on_timeout', [constant('False')]],
      ],
    );
  }

  write(): Line[] {
    const { arch, xapi } = this.#deployment.architecture;
    this.#header();
    if (arch === 'celery') this.#celery();
    if (arch === 'microservices') this.#microservices();
    if (xapi) this.#xapi();
    this.#configModule();
    this.#caches();
    this.#sessions();
    return this.#code.done();
  }
}

/**
 * The Redis and Celery part of `pod/custom/settings_local.py` for the servers that have these
 * roles. Settings replace whole variables of Pod's own (pod/settings.py), hence a Celery worker's
 * `CACHES` has `select2` although only web servers use it.
 */
export function settingsLocal(
  deployment: Deployment,
  writing: Writing,
  roles: readonly Role[],
): Line[] {
  return new Settings(deployment, writing, roles).write();
}
