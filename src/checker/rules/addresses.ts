import { DOCKER_HOST, isLoopback } from '../../core/address.ts';
import type { SettingsRule } from '../report.ts';
import { at, written } from '../values.ts';

/** Addresses that not every server reaches the same Redis by. */
export const addresses: SettingsRule = (file, report) => {
  const hosts = file.connections.filter(
    (each) => each.host !== undefined && each.transport !== 'rabbitmq',
  );
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
