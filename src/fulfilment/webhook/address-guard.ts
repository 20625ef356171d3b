import ipaddr from 'ipaddr.js';

export class AddressRefused extends Error {
  constructor(host: string) {
    super(`${host} is no public address; WEBHOOK_ALLOWED_HOSTS can name it`);
    this.name = 'AddressRefused';
  }
}

const GLOBAL_UNICAST_V6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an address lies in the public internet. Everything with a special meaning is not: private, loopback,
 * link-local (cloud metadata), carrier-grade NAT, multicast, documentation, and the IPv6 ranges that carry an IPv4
 * address inside (mapped, NAT64, 6to4, Teredo), because they lead to whatever they carry.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST_V6);
}

/** Host names and addresses that may be reached although they are not public, as WEBHOOK_ALLOWED_HOSTS lists them. */
export class AllowedHosts {
  private readonly hosts: ReadonlySet<string>;

  constructor(hosts: readonly string[]) {
    this.hosts = new Set(hosts.map(normalised));
  }

  /** @param host name or address, also in the brackets of a URL */
  has(host: string): boolean {
    return this.hosts.has(normalised(host));
  }
}

function normalised(host: string): string {
  const bare = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return ipaddr.isValid(bare) ? ipaddr.parse(bare).toNormalizedString() : bare;
}
