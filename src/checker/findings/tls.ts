import type { FindingDefinition, Problem } from '../finding.ts';
import type { ClientConnection } from '../read/clientConnections.ts';
import { binding, type AnyPythonFile, type SettingsFile } from '../read/files.ts';
import type { Url } from '../read/url.ts';
import { isTruthy, textOf, valueAt, type StringValue, type Value } from '../read/values.ts';
import { replaceIn, replaceValue, type Edit } from '../repair/edits.ts';
import { but, conf, CONF_TEXT, pair, settings, SETTINGS_TEXT, TLS_TEXT } from './exampleFiles.ts';
import { clientsElsewhere } from './redisNetwork.ts';

interface EncryptedUrl {
  readonly connection: ClientConnection;
  readonly url: Url;
  readonly value: StringValue;
  /** The client checks the server's certificate. Celery does so only if the URL says it. */
  readonly verified: boolean;
}

function* encryptedUrls({ connections }: SettingsFile): Generator<EncryptedUrl> {
  for (const connection of connections) {
    const { client, urls, value } = connection;
    for (const url of urls) {
      if (!value || url.scheme !== 'rediss' || url.unencoded) continue;
      const required = url.query.get('ssl_cert_reqs')?.text;
      const verified =
        required === undefined ? client !== 'celery' : /^(required|cert_required)$/i.test(required);
      yield { connection, url, value, verified };
    }
  }
}

/** Gives a parameter of a URL a value; `more` follows it where the parameter is added. */
function setParameter({ url, value }: EncryptedUrl, name: string, text: string, more = ''): Edit[] {
  const { query, end } = url;
  const current = query.get(name);
  return current
    ? replaceIn(value, current.from, current.to, text)
    : replaceIn(value, end.at, end.at, `${end.separator}${name}=${text}${more}`);
}

/**
 * The dicts with the TLS of connections that no URL describes: to sentinels and to the master that they
 * name. Their clients check the certificate unless the dict says not to (redis-py 5.2).
 */
function* tlsDicts(file: AnyPythonFile): Generator<{ setting: string; dict: Value | undefined }> {
  const caches = binding(file, 'CACHES')?.value;
  if (caches?.kind === 'dict')
    for (const alias of caches.entries.keys())
      for (const key of ['CONNECTION_POOL_KWARGS', 'SENTINEL_KWARGS']) {
        const dict = valueAt(caches, alias, 'OPTIONS', key);
        if (isTruthy(valueAt(dict, 'ssl'))) yield { setting: `CACHES["${alias}"]`, dict };
      }
  for (const setting of ['CELERY_BROKER_USE_SSL', 'broker_use_ssl'])
    yield { setting, dict: binding(file, setting)?.value };
  for (const setting of ['CELERY_BROKER_TRANSPORT_OPTIONS', 'broker_transport_options'])
    yield { setting, dict: valueAt(binding(file, setting)?.value, 'sentinel_kwargs') };
}

/** The dicts that say not to check the certificate. */
function* unverifiedDicts(file: AnyPythonFile): Generator<Problem> {
  for (const { setting, dict } of tlsDicts(file)) {
    const value = valueAt(dict, 'ssl_cert_reqs');
    if (value && (value.kind === 'none' || /^(cert_)?none$/i.test(textOf(value) ?? '')))
      yield { at: value, params: { setting }, repair: replaceValue(value, '"required"') };
  }
}

/** Encrypted connections that do not check the server, or that the server does not offer. */
export const tls = [
  {
    code: 'tls-unverified',
    severity: 'error',
    *settings(file) {
      const authority = file.connections.find(({ ca }) => ca !== undefined)?.ca;
      for (const encrypted of encryptedUrls(file)) {
        const { connection, url, verified } = encrypted;
        if (verified) continue;
        const { setting, client, span } = connection;
        const needsCa = client === 'celery' && !url.query.has('ssl_ca_certs');
        const ca = needsCa && authority !== undefined ? `&ssl_ca_certs=${authority}` : '';
        yield {
          at: span,
          params: { setting },
          repair: setParameter(encrypted, 'ssl_cert_reqs', 'required', ca),
        };
      }
      yield* unverifiedDicts(file);
    },
    module: unverifiedDicts,
    ...pair('ssl_cert_reqs=required', 'ssl_cert_reqs=none', settings(TLS_TEXT)),
  },
  {
    code: 'tls-host-name',
    severity: 'warning',
    *settings(file) {
      for (const encrypted of encryptedUrls(file)) {
        const { connection, url, verified } = encrypted;
        const checked = url.query.get('ssl_check_hostname')?.text ?? '';
        if (verified && !/^(true|1|yes)$/i.test(checked))
          yield {
            at: connection.span,
            params: { setting: connection.setting },
            repair: setParameter(encrypted, 'ssl_check_hostname', 'true'),
          };
      }
    },
    ...pair('&ssl_check_hostname=true', '', settings(TLS_TEXT)),
  },
  // Client and redis.conf name the same port; one of them encrypts.
  {
    code: 'tls-differs',
    severity: 'error',
    *settings(file, files) {
      for (const { connection, port, encryptsOther } of clientsElsewhere(file, files))
        if (encryptsOther && port !== undefined)
          yield { at: connection.span, params: { setting: connection.setting, port } };
    },
    example: [
      settings(SETTINGS_TEXT),
      conf(but(CONF_TEXT, 'requirepass "Vx7kQ2mLw9RtBn4s"', 'port 0\ntls-port 6379')),
    ],
    nearMiss: [
      settings(SETTINGS_TEXT),
      conf(but(CONF_TEXT, 'requirepass "Vx7kQ2mLw9RtBn4s"', 'port 6379')),
    ],
    repairable: false,
  },
] as const satisfies readonly FindingDefinition[];
