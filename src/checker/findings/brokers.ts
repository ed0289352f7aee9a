import { BROKER_SETTINGS, SWITCH_BROKERS } from '../../pod/brokers.ts';
import { GUIDE_NUMBERS } from '../../pod/databases.ts';
import type { FindingDefinition } from '../finding.ts';
import type { ClientConnection } from '../read/clientConnections.ts';
import { binding, handsToRunner, isOff, isOn, type SettingsFile } from '../read/files.ts';
import { FILE_START } from '../read/span.ts';
import type { Url } from '../read/url.ts';
import { isEmpty, type StringValue } from '../read/values.ts';
import { replaceIn, replaceValue, setValue, without } from '../repair/edits.ts';
import { urlLike } from '../repair/generated.ts';
import { but, pair, settings, SETTINGS_TEXT } from './exampleFiles.ts';

type BrokerProblem = 'rabbitmq' | 'scheme' | 'no-database' | 'tenant-suffix';

/** The problem of a broker's URL; where there are several, the one that has to be repaired first. */
function problemOf({ transport, urls, number }: ClientConnection): BrokerProblem | undefined {
  const [url] = urls;
  if (transport === 'rabbitmq') return 'rabbitmq';
  if (
    !url ||
    url.scheme === 'unix' ||
    (url.scheme === 'redis+socket' && url.query.has('db')) ||
    transport === 'unknown'
  )
    return 'scheme';
  if (url.unencoded) return undefined;
  if (!number || number.text === '') return 'no-database';
  return /^\d+$/.test(number.text) ? undefined : 'tenant-suffix';
}

/** The brokers whose URLs have a problem. */
function* brokersWith(
  problem: BrokerProblem,
  { connections }: SettingsFile,
): Generator<ClientConnection & { readonly value: StringValue }> {
  for (const connection of connections) {
    const { client, value } = connection;
    if (client === 'celery' && value && problemOf(connection) === problem)
      yield { ...connection, value };
  }
}

/** Adds the number of a database to a broker's URL. */
function withDatabase(value: StringValue, url: Url, number: number) {
  const { path, scheme, end, query } = url;
  if (scheme === 'redis+socket')
    return replaceIn(value, end.at, end.at, `${end.separator}virtual_host=${number}`);
  // Of a URL that ends with a slash, the number follows it.
  const slash =
    query.size === 0 &&
    path.from > 1 &&
    value.text[path.from - 1] === '/' &&
    value.text[path.from - 2] !== '/';
  return replaceIn(value, path.from, path.from, slash ? String(number) : `/${number}`);
}

/** Brokers that are missing, or that Celery does not find by their URL. */
export const brokers = [
  // Without the setting of a broker, Celery connects to RabbitMQ on the server itself.
  {
    code: 'broker-missing',
    severity: 'error',
    *settings(file) {
      for (const [name, setting] of Object.entries(SWITCH_BROKERS)) {
        const turnedOn = binding(file, name);
        const url = binding(file, setting);
        if (!turnedOn || !isOn(file, name)) continue;
        // Esup-Runner comes before the microservices.
        if (name === 'USE_REMOTE_ENCODING_TRANSCODING' && handsToRunner(file)) continue;
        if (url ? !isEmpty(url.value) : file.python.incomplete) continue;
        const text = urlLike(file, BROKER_SETTINGS[setting], 'celery');
        yield {
          at: (url ?? turnedOn).statement,
          params: { setting, switch: name },
          repair: text === undefined ? [] : setValue(file, setting, text, turnedOn.statement),
        };
      }
      for (const role of ['encoding', 'transcription', 'xapi', 'worker'] as const) {
        const setting =
          role === 'worker'
            ? 'CELERY_BROKER_URL'
            : role === 'xapi'
              ? 'XAPI_CELERY_BROKER_URL'
              : 'ENCODING_TRANSCODING_CELERY_BROKER_URL';
        const switchedOn = Object.entries(SWITCH_BROKERS).some(
          ([name, broker]) => broker === setting && isOn(file, name),
        );
        if (!file.rolesKnown || !file.roles.has(role) || switchedOn) continue;
        if (binding(file, setting) || file.python.incomplete) continue;
        const text = urlLike(file, BROKER_SETTINGS[setting], 'celery');
        yield {
          at: FILE_START,
          params: { setting, switch: role },
          repair: text === undefined ? [] : setValue(file, setting, text),
        };
        // Transcription reads the same setting.
        if (role === 'encoding') break;
      }
    },
    ...pair('CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"  # the queue\n', ''),
  },
  {
    code: 'broker-rabbitmq',
    severity: 'error',
    *settings(file) {
      for (const { setting, role, span, value } of brokersWith('rabbitmq', file)) {
        const text = urlLike(file, role, 'celery');
        yield {
          at: span,
          params: { setting },
          repair: text === undefined ? [] : replaceValue(value, text),
        };
      }
    },
    ...pair('redis://10.0.0.9:6379/5', 'amqp://guest:guest@localhost:5672//'),
  },
  // Celery would use number 0.
  {
    code: 'broker-no-database',
    severity: 'error',
    *settings(file) {
      for (const { setting, role, span, urls, value } of brokersWith('no-database', file)) {
        const number = GUIDE_NUMBERS[role];
        const missing = urls.filter(
          ({ path, query }) => path.text === '' && !query.has('virtual_host'),
        );
        const repair = missing.flatMap((url) => withDatabase(value, url, number));
        yield {
          at: span,
          params: { setting, number },
          repair: repair.length === missing.length ? repair : [],
        };
      }
    },
    ...pair('redis://10.0.0.9:6379/5', 'redis://10.0.0.9:6379'),
  },
  {
    code: 'broker-tenant-suffix',
    severity: 'error',
    *settings(file) {
      for (const { setting, number } of brokersWith('tenant-suffix', file))
        if (number) yield { at: number.span, params: { setting, text: number.text.slice(0, 40) } };
    },
    ...pair('redis://10.0.0.9:6379/5', 'redis://10.0.0.9:6379/5-tenant1'),
    repairable: false,
  },
  {
    code: 'broker-scheme',
    severity: 'error',
    *settings(file) {
      for (const { setting, span, urls, value } of brokersWith('scheme', file)) {
        const [url] = urls;
        // The name that `unix://` has for the number, which is another one in `redis+socket://`.
        const number = url?.query.get('db');
        yield {
          at: span,
          params: { setting, scheme: url?.scheme ?? '' },
          repair: [
            ...(value.text.startsWith('unix://')
              ? replaceIn(value, 0, 'unix'.length, 'redis+socket')
              : []),
            ...(number
              ? replaceIn(value, number.from - 'db='.length, number.from, 'virtual_host=')
              : []),
          ],
        };
      }
    },
    example: [
      settings(but(SETTINGS_TEXT, 'redis://10.0.0.9:6379/5', 'unix:///run/redis/redis.sock?db=5')),
    ],
    nearMiss: [
      settings(
        but(
          SETTINGS_TEXT,
          'redis://10.0.0.9:6379/5',
          'redis+socket:///run/redis/redis.sock?virtual_host=5',
        ),
      ),
    ],
  },
  // The environment variable replaces the broker of every Celery app.
  {
    code: 'broker-environment',
    severity: 'error',
    *settings({ python, input }) {
      const variable = python.environment.get('CELERY_BROKER_URL');
      if (variable)
        yield { at: variable.statement, repair: without(input.text, variable.statement) };
    },
    *worker({ worker, input }) {
      const variable = worker.variables.get('CELERY_BROKER_URL');
      if (variable?.exported) yield { at: variable, repair: without(input.text, variable) };
    },
    example: [
      settings(
        `import os\nos.environ["CELERY_BROKER_URL"] = "redis://10.0.0.9:6379/5"\n${SETTINGS_TEXT}`,
      ),
    ],
    nearMiss: [
      settings(`import os\nos.environ["CELERY_CONFIG_MODULE"] = "podceleryconf"\n${SETTINGS_TEXT}`),
    ],
  },
  {
    code: 'broker-unused',
    severity: 'advice',
    *settings(file) {
      if (!file.roles.has('web')) return;
      for (const [name, setting] of Object.entries(SWITCH_BROKERS)) {
        const url = binding(file, setting);
        // Esup-Runner has a finding for all that it leaves without a use.
        if (name !== 'USE_XAPI' && handsToRunner(file)) continue;
        if (url && isOff(file, name))
          yield { at: url.statement, params: { setting, switch: name } };
      }
    },
    ...pair('CELERY_TO_ENCODE = True', 'CELERY_TO_ENCODE = False'),
    repairable: false,
  },
] as const satisfies readonly FindingDefinition[];
