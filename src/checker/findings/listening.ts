import { urlHost } from '../../model/address.ts';
import { directive, isAclFile } from '../read/redisFile.ts';
import type { SettingsRule } from '../report.ts';

/** Clients that go where the one redis.conf beside them has nothing listen, or speak otherwise than it does. */
export const listening: SettingsRule = (file, report) => {
  const [conf, ...more] = report.of('redis').filter(({ redis }) => !isAclFile(redis));
  const direct = file.connections.filter(({ transport }) =>
    ['tcp', 'tls', 'socket'].includes(transport),
  );
  const hosts = new Set(direct.flatMap(({ host }) => host?.toLowerCase() ?? []));
  // Of several Redis the file does not say which one is called.
  if (!conf || more.length > 0 || hosts.size > 1) return;
  const { redis } = conf;
  if (directive(redis, 'include')) return;
  const one = (name: string) => directive(redis, name)?.arguments[0]?.text;
  const plain = Number(one('port') ?? 6379);
  const tls = Number(one('tls-port') ?? 0);
  for (const { setting, span, transport, host, port, socket, urls } of direct) {
    if (urls.some((url) => url.unencoded)) continue;
    if (transport === 'socket') {
      if (socket !== undefined && socket !== one('unixsocket'))
        report.add('redis-port', file, span, { setting, place: socket.slice(0, 100) });
      continue;
    }
    if (host === undefined || port === undefined || port === (transport === 'tls' ? tls : plain))
      continue;
    if (port === plain || port === tls) report.add('tls-differs', file, span, { setting, port });
    else report.add('redis-port', file, span, { setting, place: `${urlHost(host)}:${port}` });
  }
};
