import { DOCKER_HOST, SENTINEL_PORT } from '../pod/limits.ts';

/** The kinds of addresses. */
export type AddressKind = 'name' | 'ipv4' | 'ipv6';

/** The reasons why a text is no address. */
export type AddressError = 'host.malformed' | 'host.url' | 'host.brackets' | 'host.number';

/**
 * The placeholder for the address that the reader has not given yet. The top-level domain `.invalid` never
 * resolves (RFC 2606), so that no client can connect by it.
 */
export const ADDRESS_PLACEHOLDER = 'REDIS-ADDRESS.invalid';

/** Whether an address is a placeholder: a name that never resolves. */
export function isPlaceholder(host: string): boolean {
  return /\.invalid$/i.test(host);
}

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(\\.${OCTET}){3}$`);
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;
const GROUP = /^[0-9a-f]{1,4}$/i;

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const mapped = IPV4.test(last) && text.endsWith(last);
  const hex = mapped ? groups.slice(0, -1) : groups;
  const size = hex.length + (mapped ? 2 : 0);
  return hex.every((group) => GROUP.test(group)) && (halves.length === 2 ? size < 8 : size === 8);
}

/**
 * The kind of an address, or the reason why it is none. An address is a name as DNS and Docker have them (letters,
 * digits, `-`, `_`), an IPv4 address in four decimal parts, or an IPv6 address without brackets.
 *
 * @param text the address as typed, without surrounding blanks
 */
export function addressKind(text: string): AddressKind | AddressError {
  if (/^[a-z+]+:\/\//i.test(text) || text.includes('/') || text.includes('@')) return 'host.url';
  if (/^\[.*\]$/.test(text)) return 'host.brackets';
  if (IPV4.test(text)) return 'ipv4';
  // An IPv4 address in IPv6 notation: redis-server cannot bind it, so the reader is asked for IPv4.
  if (isIpv6(text))
    return /^(0:){5}ffff:/.test(groupsOf(text.toLowerCase())) ? 'host.number' : 'ipv6';
  if (/^[^:]+:\d+$/.test(text)) return 'host.url';
  const labels = text.split('.');
  if (text.length > 253 || !labels.every((label) => LABEL.test(label))) return 'host.malformed';
  // Resolvers read a name that ends in a number as an IPv4 address in another notation.
  return /^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '') ? 'host.number' : 'name';
}

/** IPv6 text as eight groups of lower-case digits, so that two spellings of one address are equal. */
function groupsOf(text: string): string {
  const dotted = text.replace(/(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/, (_, a, b, c, d) => {
    const pair = (high: string, low: string) => (Number(high) * 256 + Number(low)).toString(16);
    return `${pair(a as string, b as string)}:${pair(c as string, d as string)}`;
  });
  const [head = '', tail] = dotted.split('::');
  const split = (half: string) => (half === '' ? [] : half.split(':'));
  const [left, right] = [split(head), split(tail ?? '')];
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => parseInt(group, 16).toString(16)).join(':');
}

/**
 * Whether an address leads back to the server that uses it: 127.0.0.0/8, `::1`, `localhost` and
 * names below it. Pod's {@link DOCKER_HOST} is one of those names but is another container.
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name === DOCKER_HOST) return false;
  if (name.includes(':')) return isIpv6(name) && /^(0:){7}1$/.test(groupsOf(name));
  return IPV4.test(name) ? name.startsWith('127.') : /(^|\.)localhost$/.test(name);
}

/** Whether an address means "every interface": a server listens on it, no client calls it. */
export function isUnspecified(host: string): boolean {
  return host.includes(':')
    ? isIpv6(host) && /^(0:){7}0$/.test(groupsOf(host))
    : host === '0.0.0.0';
}

/** An IP address in binary, 32 or 128 digits. */
function binary(address: string): string {
  const six = address.includes(':');
  const parts = six ? groupsOf(address.toLowerCase()).split(':') : address.split('.');
  return parts
    .map((part) =>
      parseInt(part, six ? 16 : 10)
        .toString(2)
        .padStart(six ? 16 : 8, '0'),
    )
    .join('');
}

/** The beginning in binary that the addresses of a network in CIDR notation share. */
function prefixOf(network: string): string {
  const [address = '', bits] = network.split('/');
  return binary(address).slice(0, bits === undefined ? undefined : Number(bits));
}

/** The networks that no router of the Internet knows (RFC 1122, 1918, 3927, 6598; 4193, 4291). */
const PRIVATE = {
  ipv4: [
    '0.0.0.0',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
  ],
  ipv6: ['::', '::1', 'fc00::/7', 'fe80::/10'],
};

/** Whether a text is an IP address, or a network in CIDR notation, of the Internet. */
export function isPublic(text: string): boolean {
  const kind = networkKind(text);
  if (kind === undefined) return false;
  const prefix = prefixOf(text);
  return !PRIVATE[kind].some((network) => prefix.startsWith(prefixOf(network)));
}

/** The shortest public networks that an institution has, in bits. */
const SHORTEST = { ipv4: 16, ipv6: 32 };

/** Whether a network in CIDR notation lets in much of the Internet, as two halves of it do. */
export function isWide(network: string): boolean {
  const kind = networkKind(network);
  return kind !== undefined && isPublic(network) && prefixOf(network).length < SHORTEST[kind];
}

/** A host as written in URLs and in `host:port`: an IPv6 address in brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** An address of a service. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads addresses `host:port`, separated by commas. Without a port it is the sentinels'; an IPv6
 * address with a port is in brackets.
 *
 * @returns an endpoint for each entry, in order; `undefined` for a malformed entry
 */
export function readAddresses(text: string): (Endpoint | undefined)[] {
  if (text === '') return [];
  return text.split(',').map((piece) => {
    const entry = piece.trim();
    const bare = addressKind(entry) === 'ipv6' ? [entry, entry] : undefined;
    const [, host = '', digits = ''] =
      bare ??
      /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(entry) ??
      /^([^:]+)(?::(\d{1,5}))?$/.exec(entry) ??
      [];
    const port = bare || digits === '' ? SENTINEL_PORT : Number(digits);
    const kind = addressKind(host);
    const known =
      kind === 'ipv6' || (!entry.startsWith('[') && (kind === 'name' || kind === 'ipv4'));
    return known && port >= 1 && port <= 65535 ? { host, port } : undefined;
  });
}

/** The family of an IP address or of a network in CIDR notation; `undefined` for any other text. */
export function networkKind(text: string): 'ipv4' | 'ipv6' | undefined {
  const [, address = '', , bits] = /^([^/]+)(\/(\d{1,3}))?$/.exec(text) ?? [];
  const kind = addressKind(address);
  if (kind !== 'ipv4' && kind !== 'ipv6') return undefined;
  const most = kind === 'ipv4' ? 32 : 128;
  // A network of all addresses would be no firewall.
  return bits === undefined || (Number(bits) >= 1 && Number(bits) <= most) ? kind : undefined;
}
