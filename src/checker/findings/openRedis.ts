import { isLoopback, isPublic } from '../../model/address.ts';
import { DOCKER_HOST } from '../../pod/limits.ts';
import type { FindingDefinition, Problem } from '../finding.ts';
import type { ClientConnection } from '../read/clientConnections.ts';
import type { SettingsFile } from '../read/files.ts';
import { isEmpty, isIncomplete, isTruthy, valueAt } from '../read/values.ts';
import { but, pair, PASSWORD_TEXT, settings, SETTINGS_TEXT } from './exampleFiles.ts';

/** Whether a connection is known to give no password and no user. */
function givesNoPassword({ user, password, dict, urls, client }: ClientConnection): boolean {
  if (user !== undefined || (password && password.text !== '')) return false;
  if (urls.some((url) => url.unencoded || url.user || url.password?.text)) return false;
  const options = valueAt(dict, 'OPTIONS');
  const pool = valueAt(options, 'CONNECTION_POOL_KWARGS');
  const parts = client === 'sessions' ? [dict] : [dict, options, pool];
  const passwords = [
    valueAt(dict, 'password'),
    valueAt(options, 'PASSWORD'),
    valueAt(pool, 'password'),
  ];
  return (
    !parts.some((part) => part !== undefined && isIncomplete(part)) &&
    passwords.every((value) => value === undefined || isEmpty(value))
  );
}

/** Whether only programs of the same server can be at the other end; `undefined` where that is not known. */
function isLocal({ transport, host }: ClientConnection): boolean | undefined {
  if (transport === 'socket') return true;
  if (transport === 'sentinel') return false;
  if ((transport !== 'tcp' && transport !== 'tls') || host === undefined) return undefined;
  // The Redis of Pod's Docker set-up has no password.
  return host.toLowerCase() === DOCKER_HOST ? undefined : isLoopback(host);
}

/** The first connection of a file that gives no password, to Redis on this server or elsewhere. */
function* withoutPassword({ connections }: SettingsFile, local: boolean): Generator<Problem> {
  const open = connections.find((each) => isLocal(each) === local && givesNoPassword(each));
  if (open) yield { at: open.span, params: { setting: open.setting } };
}

/** The addresses that a connection sends its password and data to in clear. */
function clearHosts({ transport, host, client, ca, dict, sentinels = [] }: ClientConnection) {
  if (transport === 'tcp') return host === undefined ? [] : [host];
  // The TLS of Celery's sentinels is in another setting.
  const pool = valueAt(dict, 'OPTIONS', 'CONNECTION_POOL_KWARGS');
  const encrypts = ca !== undefined || isTruthy(valueAt(pool, 'ssl')) || client === 'celery';
  return transport === 'sentinel' && !encrypts ? sentinels.map((each) => each.host) : [];
}

/** Connections on which others can read along, or that others can make too. */
export const openRedis = [
  {
    code: 'password-missing',
    severity: 'error',
    settings: (file) => withoutPassword(file, false),
    example: [settings(SETTINGS_TEXT)],
    nearMiss: [settings(PASSWORD_TEXT)],
    repairable: false,
  },
  // Any program of the server reaches the loopback interface.
  {
    code: 'password-missing-local',
    severity: 'warning',
    settings: (file) => withoutPassword(file, true),
    example: [settings(but(SETTINGS_TEXT, '10.0.0.9', '127.0.0.1'))],
    nearMiss: [settings(but(PASSWORD_TEXT, '10.0.0.9', '127.0.0.1'))],
    repairable: false,
  },
  {
    code: 'tls-public',
    severity: 'warning',
    *settings({ connections }) {
      for (const connection of connections) {
        const host = clearHosts(connection).find(isPublic);
        if (host === undefined) continue;
        const { setting, span } = connection;
        yield { at: span, params: { setting, host } };
        return;
      }
    },
    ...pair('10.0.0.9', '203.0.113.9', settings(PASSWORD_TEXT)),
    repairable: false,
  },
] as const satisfies readonly FindingDefinition[];
