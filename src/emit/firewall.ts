import { isPlaceholder, networkKind } from '../model/address.ts';
import type { FieldName } from '../model/architecture.ts';
import {
  Code,
  comment,
  commentLines,
  name,
  plain,
  string,
  type Line,
  type Source,
  type Token,
  type Writing,
} from './code.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Params, TextKey } from '../model/say.ts';
import type { Role } from '../pod/roles.ts';

/** Where nftables has the rules of Redis. */
export const NFT_PATH = '/etc/nftables.d/redis-pod.nft';

/** Ends what stands for an address not given; such a name never resolves (RFC 2606). */
const UNRESOLVED = '.invalid';

/** Servers that are let in, and the addresses they come from. */
interface Group {
  readonly server: Role;
  readonly field: FieldName;
  readonly sources: readonly { readonly text: string; readonly placeholder: boolean }[];
  /** Texts that say who they are and what is left to do. */
  readonly notes: readonly { readonly key: TextKey; readonly params?: Params }[];
}

/**
 * An address as every tool reads it. nft takes no IPv6 address that ends in dotted decimals, as
 * RFC 4291 (2.2) lets them: `::1.2.3.4` is `::102:304` (run on nft 1.0.6).
 */
function plainAddress(text: string): string {
  if (!text.includes(':')) return text;
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

/** Servers whose addresses have a field; a mark that is refused stands for those not given. */
function clientGroups({ clients }: Deployment): Group[] {
  return clients.map(({ server, field, addresses }) => {
    const mark = `${server.toUpperCase()}-SERVERS${UNRESOLVED}`;
    const missing = addresses.length === 0;
    return {
      server,
      field,
      sources: missing
        ? [{ text: mark, placeholder: true }]
        : addresses.map((address) => ({ text: plainAddress(address), placeholder: false })),
      notes: [
        { key: `file.firewall.${server}` },
        ...(missing ? [{ key: 'file.firewall.missing', params: { mark } } as const] : []),
      ],
    };
  });
}

/**
 * The hosts of sentinels, each of which runs Redis too. A host's name is made one that is refused:
 * ufw takes no names but for `any`, which is everybody, and nft looks them up as it loads, at a
 * start of the system before there is a resolver.
 */
function sentinelGroups({ redis }: Deployment): Group[] {
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

/** Who is let in. */
function groupsOf(deployment: Deployment): Group[] {
  return [...sentinelGroups(deployment), ...clientGroups(deployment)];
}

/** A group's addresses as tokens, each with what it is of. */
function sourcesOf({ sources, field, server }: Group): { token: Token; ipv6: boolean }[] {
  return sources.map(({ text, placeholder }) => ({
    token: { ...plain(text, { field, server }), ...(placeholder && { placeholder }) },
    ipv6: networkKind(text) === 'ipv6',
  }));
}

/** The ports of Redis and of its sentinels, which need not be alike, between separators. */
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
 * The file of nftables: a table of its own, which loading it again replaces. Each address has a
 * rule, so that networks may overlap. The chain accepts what is not about Redis, and accepting ends
 * this table's say only: what another table drops stays dropped (nft(8), VERDICT STATEMENTS).
 */
export function nftRules(deployment: Deployment, { say }: Writing): Line[] {
  const { architecture, redis } = deployment;
  const code = new Code(say, architecture.comments);
  const note = (key: TextKey, source: Source, params?: Params) => {
    if (architecture.comments) code.lines.push(...commentLines(say(key, params), source, IN_CHAIN));
  };
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
  // Deleting needs a table that is there, which the first line sees to.
  for (const command of ['', 'delete ']) code.line(name(`${command}${TABLE}`));
  code
    .line(name(TABLE), plain(' {'))
    .line(plain('    '), name('chain input'), plain(' {'))
    .line(plain(`${IN_CHAIN}type filter hook input priority filter; policy accept;`))
    .gap();
  note('file.firewall.loopback', FIREWALL);
  code.line(plain(`${IN_CHAIN}iif lo accept`));
  for (const group of groupsOf(deployment)) {
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
 * A script of ufw's commands, which stops at the first one that is refused and may be run again.
 * Of ufw's rules the first that fits counts: those that let in are put before all others, so that
 * an address added later does not come after the rule that keeps everybody out. ufw accepts the
 * loopback interface and what is established by itself (/etc/ufw/before.rules).
 */
export function ufwRules(deployment: Deployment, { say }: Writing): Line[] {
  const { architecture, redis } = deployment;
  const code = new Code(say, architecture.comments);
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
  for (const group of groupsOf(deployment)) {
    const { field, server, notes } = group;
    code.gap();
    for (const { key, params } of notes) code.note(key, { field, server }, params);
    for (const { token } of sourcesOf(group)) rule('prepend allow', token, `redis-pod ${server}`);
  }
  code.gap().note('file.firewall.rest', FIREWALL);
  rule('deny', plain('any'), 'redis-pod');
  return code.done();
}
