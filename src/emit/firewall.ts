import { isPlaceholder, networkKind } from '../model/address.ts';
import type { FieldName } from '../model/architecture.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Params, TextKey } from '../model/say.ts';
import type { Role } from '../pod/roles.ts';
import {
  CodeWriter,
  comment,
  name,
  plain,
  string,
  type Source,
  type Statement,
  type Token,
  type Writing,
} from './code.ts';

/** The path of the nftables rules. */
export const NFT_PATH = '/etc/nftables.d/redis-pod.nft';

/** The end of a placeholder for an address; such a name never resolves (RFC 2606). */
const UNRESOLVED = '.invalid';

/** Servers that the firewall lets in, and the addresses they come from. */
interface AllowedGroup {
  readonly server: Role;
  readonly field: FieldName;
  readonly sources: readonly { readonly text: string; readonly placeholder: boolean }[];
  /** Comments: which servers they are, and what is left to do. */
  readonly notes: readonly { readonly key: TextKey; readonly params?: Params }[];
}

/**
 * An address in a form that every tool reads. nft takes no IPv6 address that ends in dotted decimals, as
 * RFC 4291 (2.2) lets them: `::1.2.3.4` is `::102:304` (run on nft 1.0.6).
 */
function plainAddress(text: string): string {
  if (!text.includes(':')) return text;
  return text.replace(/(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/, (_, ...octets: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

/** Servers whose addresses have a field. A placeholder that tools refuse replaces missing ones. */
function clientGroups({ clients }: Deployment): AllowedGroup[] {
  return clients.map(({ server, field, addresses }) => {
    const placeholder = `${server.toUpperCase()}-SERVERS${UNRESOLVED}`;
    const missing = addresses.length === 0;
    return {
      server,
      field,
      sources: missing
        ? [{ text: placeholder, placeholder: true }]
        : addresses.map((address) => ({ text: plainAddress(address), placeholder: false })),
      notes: [
        { key: `file.firewall.${server}` },
        ...(missing
          ? [{ key: 'file.firewall.missing', params: { mark: placeholder } } as const]
          : []),
      ],
    };
  });
}

/**
 * The hosts of sentinels, each of which runs Redis too. A host name is turned into a placeholder that
 * tools refuse: ufw takes no names except `any`, which means everybody, and nft resolves them as it
 * loads, which at boot is before there is a resolver.
 */
function sentinelGroups({ redis }: Deployment): AllowedGroup[] {
  if (redis.sentinel === undefined) return [];
  const sources = redis.sentinel.endpoints.map(({ host }) => {
    const placeholder = networkKind(host) === undefined;
    const mark = isPlaceholder(host) ? host : `${host}${UNRESOLVED}`;
    return { text: placeholder ? mark : plainAddress(host), placeholder };
  });
  const named = sources.some(({ placeholder }) => placeholder);
  return [
    {
      server: 'redis',
      field: 'sentinels',
      sources,
      notes: [
        { key: 'file.firewall.redis' },
        ...(named ? [{ key: 'file.firewall.named' } as const] : []),
      ],
    },
  ];
}

/** All servers that the firewall lets in. */
function allowedGroups(deployment: Deployment): AllowedGroup[] {
  return [...sentinelGroups(deployment), ...clientGroups(deployment)];
}

/** A group's addresses as tokens, each with its family. */
function sourcesOf({ sources, field, server }: AllowedGroup): { token: Token; ipv6: boolean }[] {
  return sources.map(({ text, placeholder }) => ({
    token: { ...plain(text, { field, server }), ...(placeholder && { placeholder }) },
    ipv6: networkKind(text) === 'ipv6',
  }));
}

/** The ports of Redis and of its sentinels, each once. */
function ports({ redis }: Deployment, separator: string): Token[] {
  const own = (redis.sentinel?.endpoints ?? []).map(({ port }) => port);
  const sentinels = [...new Set(own)].filter((port) => port !== redis.port).sort((a, b) => a - b);
  return [
    plain(String(redis.port), { field: 'port' }),
    ...sentinels.flatMap((port) => [plain(separator), plain(String(port), { field: 'sentinels' })]),
  ];
}

const FIREWALL: Source = { field: 'firewall' };
const TABLE = 'table inet redis_pod';
const IN_CHAIN = ' '.repeat(8);

/**
 * The rules of nftables in a separate table, which loading the file again replaces. Each address has
 * a rule, so that networks may overlap. The chain accepts everything else; this ends the verdict of
 * this table only, and what another table drops stays dropped (nft(8), VERDICT STATEMENTS).
 */
export function emitNftRules(deployment: Deployment, { say }: Writing): Statement[] {
  const { comments, redis } = deployment;
  const code = new CodeWriter(say, comments);
  const note = (key: TextKey, source: Source, params?: Params) =>
    code.note(key, source, params, IN_CHAIN);
  const all = ports(deployment, ', ');
  const several = all.length > 1;
  const toPorts = [
    plain(several ? ' tcp dport { ' : ' tcp dport '),
    ...all,
    plain(several ? ' } ' : ' '),
  ];
  code
    .note('file.firewall.nft', FIREWALL)
    .note('file.firewall.nftCheck', FIREWALL, { path: NFT_PATH })
    .note('file.firewall.nftLoad', FIREWALL, { path: NFT_PATH });
  if (redis.sentinel) code.note('file.firewall.every', { field: 'sentinels' });
  code.note('file.firewall.nftBoot', FIREWALL).note('file.firewall.nftOthers', FIREWALL).gap();
  // Deleting fails without a table, hence the first line, which creates it.
  for (const command of ['', 'delete ']) code.line(name(`${command}${TABLE}`));
  code
    .line(name(TABLE), plain(' {'))
    .line(plain('    '), name('chain input'), plain(' {'))
    .line(plain(`${IN_CHAIN}type filter hook input priority filter; policy accept;`))
    .gap();
  note('file.firewall.loopback', FIREWALL);
  code.line(plain(`${IN_CHAIN}iif lo accept`));
  for (const group of allowedGroups(deployment)) {
    const { field, server, notes } = group;
    const source = { field, server };
    code.gap();
    for (const { key, params } of notes) note(key, source, params);
    if (notes.some(({ key }) => key === 'file.firewall.named')) note('file.firewall.ip6', source);
    for (const { token, ipv6 } of sourcesOf(group))
      code.line(
        plain(`${IN_CHAIN}${ipv6 ? 'ip6' : 'ip'} saddr `),
        token,
        ...toPorts,
        plain('accept'),
      );
  }
  code.gap();
  note('file.firewall.rest', FIREWALL);
  code
    .line(plain(IN_CHAIN.slice(1)), ...toPorts, plain('drop'))
    .line(plain('    }'))
    .line(plain('}'));
  return code.done();
}

/**
 * A script of ufw commands, which stops at the first error and may be run again. ufw applies the
 * first rule that matches: the allowing ones are put before all others, so that an address added
 * later does not come after the rule that denies everybody. ufw itself accepts the loopback
 * interface and established connections (/etc/ufw/before.rules).
 */
export function emitUfwRules(deployment: Deployment, { say }: Writing): Statement[] {
  const { comments, redis } = deployment;
  const code = new CodeWriter(say, comments);
  const rule = (verb: string, from: Token, label: string) =>
    code.line(
      name('ufw'),
      plain(` ${verb} proto tcp from `),
      from,
      plain(' to any port '),
      ...ports(deployment, ','),
      plain(' comment '),
      string(`'${label}'`),
    );
  code.line(comment('#!/bin/sh')).note('file.firewall.ufw', FIREWALL);
  if (redis.sentinel) code.note('file.firewall.every', { field: 'sentinels' });
  code
    .note('file.firewall.ufwEnable', FIREWALL)
    .note('file.firewall.ufwOthers', FIREWALL)
    .line(plain('set -e'));
  for (const group of allowedGroups(deployment)) {
    const { field, server, notes } = group;
    code.gap();
    for (const { key, params } of notes) code.note(key, { field, server }, params);
    for (const { token } of sourcesOf(group)) rule('prepend allow', token, `redis-pod ${server}`);
  }
  code.gap().note('file.firewall.rest', FIREWALL);
  rule('deny', plain('any'), 'redis-pod');
  return code.done();
}
