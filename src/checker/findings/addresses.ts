import { DOCKER_HOST } from '../../pod/limits.ts';
import { isLoopback } from '../../model/address.ts';
import type { SettingsRule } from '../report.ts';
import { at, written } from '../read/values.ts';

/** Addresses that not every server reaches the same Redis by. */
export const addresses: SettingsRule = (file, report) => {
  const hosts = file.connections.filter(
    (each) => each.host !== undefined && each.transport !== 'rabbitmq',
  );
  // Without a word on it a web server takes Pod's own address (pod/settings.py:371-396).
  const none = !['CACHES', 'SESSION_REDIS'].some((name) => file.python.bindings.has(name));
  if (file.roles.has('web') && none && hosts.length === 0 && !file.python.open)
    report.add('docker-address', file, { from: 0, to: 0 }, { host: DOCKER_HOST, case: 'unsaid' });
  const docker = hosts.filter(({ host }) => host?.toLowerCase() === DOCKER_HOST);
  const separate = file.said && !file.roles.has('web');
  for (const { setting, host = '', hostAt, span, sentinels } of hosts) {
    const where = hostAt ?? span;
    if (isLoopback(host) && (report.several || separate))
      report.add('loopback', file, where, { setting, host });
    if (sentinels && sentinels.length > 0) continue;
    if (
      host.toLowerCase() === DOCKER_HOST &&
      (docker.length < hosts.length || report.of('redis').length > 0)
    )
      report.add('redis-localhost', file, where, { setting, host });
  }
  const [first] = docker;
  if (first && docker.length === hosts.length && report.of('redis').length === 0)
    report.add('docker-address', file, first.hostAt ?? first.span, { host: DOCKER_HOST });
};

/** Settings that lead to another Redis than most of the file's. */
export const otherHosts: SettingsRule = (file, report) => {
  // All names of the server itself are one.
  const nameOf = (host: string) => (isLoopback(host) ? 'localhost' : host.toLowerCase());
  const known = file.connections.flatMap((each) =>
    each.host !== undefined &&
    ['tcp', 'tls'].includes(each.transport) &&
    each.host.toLowerCase() !== DOCKER_HOST
      ? [{ ...each, host: each.host }]
      : [],
  );
  const counts = new Map<string, number>();
  for (const { host } of known) counts.set(nameOf(host), (counts.get(nameOf(host)) ?? 0) + 1);
  // Of as many, those that leave this server.
  const [most] = [...counts].sort(
    ([a, times], [b, others]) => others - times || Number(isLoopback(a)) - Number(isLoopback(b)),
  );
  if (!most || counts.size < 2) return;
  const [main] = most;
  const other = known.find(({ host }) => nameOf(host) === main)?.host ?? main;
  for (const { setting, host, hostAt, span } of known)
    if (nameOf(host) !== main)
      report.add('hosts-differ', file, hostAt ?? span, { setting, host, other });
};

/** An IPv6 address with brackets where there must be none, or without where there must be. */
export const brackets: SettingsRule = (file, report) => {
  for (const { setting, urls, value, dict, client } of file.connections) {
    if (client === 'sessions' && urls.length === 0) {
      const host = at(dict, 'host');
      if (host?.kind !== 'string' || !/^\[.*\]$/s.test(host.text)) continue;
      const inner = host.text.slice(1, -1);
      const place = written(host, 0, host.text.length);
      report.add(
        'ipv6-brackets',
        file,
        host,
        { setting, host: inner },
        place ? [{ ...place, insert: inner }] : [],
      );
    }
    for (const { bare, host } of urls)
      if (bare && host && value) {
        const place = written(value, host.from, host.to);
        report.add(
          'ipv6-brackets',
          file,
          place ?? value,
          { setting, host: `[${host.text}]` },
          place ? [{ ...place, insert: `[${host.text}]` }] : [],
        );
      }
  }
};
