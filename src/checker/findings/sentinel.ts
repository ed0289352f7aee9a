import type { FindingDefinition } from '../finding.ts';
import { binding, handsToRunner, type SettingsFile } from '../read/files.ts';
import { isIncomplete, textOf, valueAt } from '../read/values.ts';
import { quotedLike, replaceIn, setEntry, setValue } from '../repair/edits.ts';
import { but, pair, SENTINELS_TEXT, settings } from './exampleFiles.ts';

const FACTORY = 'django_redis.pool.SentinelConnectionFactory';
const CLIENT = 'django_redis.client.SentinelClient';

/** Whether a dict is known to have no entry of a name: the setting itself is missing, or complete. */
function lacksEntry(file: SettingsFile, setting: string, key: string): boolean {
  const value = binding(file, setting)?.value;
  return value
    ? !isIncomplete(value) && valueAt(value, key) === undefined
    : !file.python.incomplete;
}

/** Settings that clients of sentinels need beside the addresses. */
export const sentinel = [
  // A host would be used in place of the sentinels.
  {
    code: 'sentinel-host',
    severity: 'error',
    *settings(file) {
      const dict = binding(file, 'SESSION_REDIS')?.value;
      if (!binding(file, 'SESSION_REDIS_SENTINEL_LIST')) return;
      if (dict?.kind !== 'dict' || dict.incomplete) return;
      const host = valueAt(dict, 'host');
      if (host?.kind !== 'none' && !isIncomplete(host))
        yield { at: host ?? dict, repair: setEntry(file, 'SESSION_REDIS', 'host', 'None') };
    },
    ...pair('"host": None, ', '', settings(SENTINELS_TEXT)),
  },
  {
    code: 'sentinel-factory',
    severity: 'error',
    *settings(file) {
      const caches = binding(file, 'CACHES');
      const cache = valueAt(caches?.value, 'default') ?? valueAt(caches?.value, 'select2');
      const factory = binding(file, 'DJANGO_REDIS_CONNECTION_FACTORY');
      const options = valueAt(cache, 'OPTIONS');
      if (!caches || valueAt(options, 'SENTINELS') === undefined) return;
      if (textOf(valueAt(options, 'CONNECTION_FACTORY')) === FACTORY) return;
      if (factory ? textOf(factory.value) === FACTORY : file.python.incomplete) return;
      const name = 'DJANGO_REDIS_CONNECTION_FACTORY';
      yield {
        at: caches.statement,
        repair: setValue(file, name, `"${FACTORY}"`, caches.statement),
      };
    },
    ...pair(`DJANGO_REDIS_CONNECTION_FACTORY = "${FACTORY}"\n`, '', settings(SENTINELS_TEXT)),
  },
  {
    code: 'sentinel-master',
    severity: 'error',
    *settings(file) {
      const { connections, input } = file;
      const setting = 'CELERY_BROKER_TRANSPORT_OPTIONS';
      const broker = connections.find((each) => each.setting === 'CELERY_BROKER_URL');
      if (broker?.transport !== 'sentinel' || !lacksEntry(file, setting, 'master_name')) return;
      const options = binding(file, setting);
      const name = connections.find(
        ({ client, master }) => client !== 'celery' && master !== undefined,
      )?.master;
      yield {
        at: options?.statement ?? broker.span,
        repair:
          name === undefined
            ? []
            : setEntry(
                file,
                setting,
                'master_name',
                quotedLike(input.text, options?.value, name),
                binding(file, 'CELERY_BROKER_URL')?.statement ?? broker.span,
              ),
      };
    },
    ...pair('"master_name": "mymaster", ', '', settings(SENTINELS_TEXT)),
  },
  // The URLs of these apps have no place for the master's name: only the module can have it.
  {
    code: 'sentinel-module',
    severity: 'error',
    *settings(file) {
      const { python, roles, connections } = file;
      const module =
        python.environment.has('CELERY_CONFIG_MODULE') || binding(file, 'CELERY_CONFIG_MODULE');
      if (module || !roles.has('web') || python.incomplete) return;
      const broker = connections.find(
        ({ setting, transport }) =>
          transport === 'sentinel' &&
          ((setting === 'ENCODING_TRANSCODING_CELERY_BROKER_URL' && !handsToRunner(file)) ||
            setting === 'XAPI_CELERY_BROKER_URL'),
      );
      if (broker) yield { at: broker.span, params: { setting: broker.setting } };
    },
    example: [
      settings(
        `${SENTINELS_TEXT}USE_XAPI = True\nXAPI_CELERY_BROKER_URL = "sentinel://10.0.0.1:26379/6"\n`,
      ),
    ],
    nearMiss: [
      settings(
        `import os\nos.environ["CELERY_CONFIG_MODULE"] = "podceleryconf"\n${SENTINELS_TEXT}USE_XAPI = True\nXAPI_CELERY_BROKER_URL = "sentinel://10.0.0.1:26379/6"\n`,
      ),
    ],
    repairable: false,
  },
  // The client reads from a replica, where a value that was just written may still be missing.
  {
    code: 'sentinel-client',
    severity: 'advice',
    *settings({ connections }) {
      for (const { setting, client, dict } of connections) {
        const value = client === 'django' ? valueAt(dict, 'OPTIONS', 'CLIENT_CLASS') : undefined;
        if (value?.kind === 'string' && value.text === CLIENT)
          yield {
            at: value,
            params: { setting },
            repair: replaceIn(
              value,
              CLIENT.indexOf('SentinelClient'),
              CLIENT.length,
              'DefaultClient',
            ),
          };
      }
    },
    ...pair(
      '"OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient", ',
      `"OPTIONS": {"CLIENT_CLASS": "${CLIENT}", `,
      settings(
        but(
          SENTINELS_TEXT,
          '"OPTIONS": {',
          '"OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient", ',
        ),
      ),
    ),
  },
] as const satisfies readonly FindingDefinition[];
