import { isLoopback, isUnspecified } from '../../model/address.ts';
import { DOCKER_HOST } from '../../pod/limits.ts';
import type { FileSet } from '../fileSet.ts';
import type { FindingDefinition } from '../finding.ts';
import { binding, type SettingsFile } from '../read/files.ts';
import { FILE_START } from '../read/span.ts';
import { valueAt } from '../read/values.ts';
import { linesAtEnd, replaceIn } from '../repair/edits.ts';
import { settingLike } from '../repair/generated.ts';
import { but, CACHES_TEXT, CELERY_TEXT, pair, settings, SETTINGS_TEXT } from './exampleFiles.ts';
import { otherSessionEngine } from './sessions.ts';

const isDocker = (host: string | undefined) => host?.toLowerCase() === DOCKER_HOST;

/** The connections to a host, as opposed to a socket, a cache in memory or RabbitMQ. */
function hostConnections({ connections }: SettingsFile) {
  return connections.flatMap((each) =>
    each.host !== undefined && each.transport !== 'rabbitmq'
      ? [{ ...each, host: each.host, at: each.hostSpan ?? each.span }]
      : [],
  );
}

/** Whether all of a file's hosts are the one of Pod's Docker set-up, and no redis.conf is beside it. */
function isDockerSetup(file: SettingsFile, files: FileSet): boolean {
  return (
    files.of('redis').length === 0 && hostConnections(file).every(({ host }) => isDocker(host))
  );
}

/** Addresses that do not lead every server to the same Redis. */
export const addresses = [
  // Without the setting, Pod uses the address of its Docker set-up (pod/settings.py:371-396).
  {
    code: 'default-address',
    severity: 'error',
    *settings(file) {
      const { roles, connections, python, input } = file;
      const others = connections.some(({ host }) => !isDocker(host));
      if (!roles.has('web') || !others || python.incomplete) return;
      for (const setting of ['CACHES', 'SESSION_REDIS'] as const) {
        if (binding(file, setting)) continue;
        if (setting === 'SESSION_REDIS' && otherSessionEngine(file)) continue;
        const lines = settingLike(file, setting);
        yield {
          at: FILE_START,
          params: { setting, host: DOCKER_HOST },
          repair: lines ? linesAtEnd(input.text, '', ...lines) : [],
        };
      }
    },
    example: [settings(CELERY_TEXT + CACHES_TEXT, { roles: ['web'] })],
    nearMiss: [settings(SETTINGS_TEXT, { roles: ['web'] })],
  },
  {
    code: 'loopback',
    severity: 'error',
    *settings(file, files) {
      // There are several sentinels, on as many servers.
      for (const { setting, span, sentinels = [] } of file.connections) {
        const host = sentinels.find((each) => isLoopback(each.host))?.host;
        if (host !== undefined) yield { at: span, params: { setting, host } };
      }
      const separate = file.rolesKnown && !file.roles.has('web');
      if (!files.severalServers && !separate) return;
      for (const { setting, host, at, transport } of hostConnections(file))
        if (transport !== 'sentinel' && isLoopback(host)) yield { at, params: { setting, host } };
      for (const { setting, socket, span } of file.connections)
        if (socket !== undefined)
          yield { at: span, params: { setting, path: socket.slice(0, 100), case: 'socket' } };
    },
    example: [settings(but(SETTINGS_TEXT, '10.0.0.9', '127.0.0.1'), { several: true })],
    nearMiss: [settings(but(SETTINGS_TEXT, '10.0.0.9', '127.0.0.1'))],
    repairable: false,
  },
  // Servers listen on such an address; a client that calls it reaches itself.
  {
    code: 'unspecified-address',
    severity: 'error',
    *settings(file) {
      for (const { setting, host, at, transport } of hostConnections(file))
        if (transport !== 'sentinel' && isUnspecified(host))
          yield { at, params: { setting, host } };
      for (const { setting, span, sentinels = [] } of file.connections) {
        const host = sentinels.find((each) => isUnspecified(each.host))?.host;
        if (host !== undefined) yield { at: span, params: { setting, host } };
      }
    },
    ...pair('10.0.0.9', '0.0.0.0'),
    repairable: false,
  },
  {
    code: 'redis-localhost',
    severity: 'error',
    *settings(file, files) {
      if (isDockerSetup(file, files)) return;
      for (const { setting, host, at, sentinels = [] } of hostConnections(file))
        if (isDocker(host) && sentinels.length === 0) yield { at, params: { setting, host } };
    },
    ...pair('redis://10.0.0.9:6379/5', 'redis://redis.localhost:6379/5'),
    repairable: false,
  },
  {
    code: 'docker-address',
    severity: 'advice',
    *settings(file, files) {
      const [first] = hostConnections(file);
      const unset = !binding(file, 'CACHES') && !binding(file, 'SESSION_REDIS');
      // Without these settings, a web server uses Pod's own address (pod/settings.py:371-396).
      if (!first && file.roles.has('web') && unset && !file.python.incomplete)
        yield { at: FILE_START, params: { host: DOCKER_HOST, case: 'unsaid' } };
      if (first && isDockerSetup(file, files))
        yield { at: first.at, params: { host: DOCKER_HOST } };
    },
    example: [settings(but(SETTINGS_TEXT, '10.0.0.9', 'redis.localhost'))],
    nearMiss: [settings(but(SETTINGS_TEXT, '10.0.0.9', 'redis.local'))],
    repairable: false,
  },
  {
    code: 'hosts-differ',
    severity: 'advice',
    *settings(file) {
      // All names of the server itself count as one.
      const nameOf = (host: string) => (isLoopback(host) ? 'localhost' : host.toLowerCase());
      const known = hostConnections(file).filter(
        ({ host, transport }) => ['tcp', 'tls'].includes(transport) && !isDocker(host),
      );
      const counts = new Map<string, number>();
      for (const { host } of known) counts.set(nameOf(host), (counts.get(nameOf(host)) ?? 0) + 1);
      // Of two hosts that are equally frequent, the one that is not this server counts.
      const [most] = [...counts].sort(
        ([a, times], [b, others]) =>
          others - times || Number(isLoopback(a)) - Number(isLoopback(b)),
      );
      if (!most) return;
      const [main] = most;
      const other = known.find(({ host }) => nameOf(host) === main)?.host ?? main;
      for (const { setting, host, at } of known)
        if (nameOf(host) !== main) yield { at, params: { setting, host, other } };
    },
    ...pair('10.0.0.9:6379/2', '127.0.0.1:6379/2'),
    repairable: false,
  },
  // A URL needs the brackets of an IPv6 address, SESSION_REDIS does not know them.
  {
    code: 'ipv6-brackets',
    severity: 'error',
    *settings({ connections }) {
      for (const { setting, urls, value, dict, client } of connections) {
        const host = valueAt(dict, 'host');
        if (client === 'sessions' && urls.length === 0 && host?.kind === 'string') {
          const inner = /^\[(.*)\]$/s.exec(host.text)?.[1];
          if (inner !== undefined)
            yield {
              at: host,
              params: { setting, host: inner },
              repair: replaceIn(host, 0, host.text.length, inner),
            };
        }
        for (const { unbracketed, host } of urls)
          if (unbracketed && host && value) {
            const bracketed = `[${host.text}]`;
            const repair = replaceIn(value, host.from, host.to, bracketed);
            yield { at: repair[0] ?? value, params: { setting, host: bracketed }, repair };
          }
      }
    },
    example: [
      settings(
        but(but(SETTINGS_TEXT, "'10.0.0.9'", "'[2001:db8::9]'"), '//10.0.0.9', '//[2001:db8::9]'),
      ),
    ],
    nearMiss: [
      settings(
        but(but(SETTINGS_TEXT, "'10.0.0.9'", "'2001:db8::9'"), '//10.0.0.9', '//[2001:db8::9]'),
      ),
    ],
  },
] as const satisfies readonly FindingDefinition[];
