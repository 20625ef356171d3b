import { describe, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { AddressRefused, AllowedHosts, isPublicAddress } from '../../src/fulfilment/webhook/address-guard.js';
import { guardedConnect, guardedLookup } from '../../src/fulfilment/webhook/guarded-connect.js';

const INSIDE = [
  ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
  ['this host', ['0.0.0.0', '0.1.2.3', '::']],
  ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1']],
  ['link-local and cloud metadata', ['169.254.169.254', 'fe80::1', 'fec0::1']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
  ['multicast and broadcast', ['224.0.0.1', '239.255.255.255', '255.255.255.255', 'ff02::1']],
  [
    'documentation, benchmarks, reserved',
    ['192.0.2.1', '198.18.0.1', '203.0.113.7', '240.0.0.1', '2001:db8::1'],
  ],
  [
    'IPv4 inside IPv6',
    ['::ffff:10.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', '2001:0:a00:1::'],
  ],
  ['what is no address', ['', 'localhost', '10.0.0.256', 'example.com']],
] as const;
const NOBODY = new AllowedHosts([]);

/** A resolver that knows what it is told. */
const resolving =
  (...addresses: string[]) =>
  (_: string, __: unknown, callback: (error: null, found: LookupAddress[]) => void): void =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

function lookUp(
  host: string,
  allowed: AllowedHosts,
  addresses: string[],
  all = false,
): Promise<string | LookupAddress[]> {
  return new Promise((resolve, reject) => {
    guardedLookup(allowed, resolving(...addresses))(host, { all }, (error, found) =>
      error === null ? resolve(found) : reject(error),
    );
  });
}

describe('an address is public', () => {
  it.each(['8.8.8.8', '1.1.1.1', '100.63.255.255', '172.32.0.1', '2606:4700:4700::1111', '2400:3200::1'])(
    'when it is in the internet: %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
  it.each(INSIDE)('never when it is %s', (_, addresses) => {
    for (const address of addresses) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });
});

describe('a name is refused when connecting', () => {
  it.each(INSIDE.slice(0, -1).flatMap(([, addresses]) => addresses.map((address) => [address])))(
    'that leads to %s',
    async (address) => {
      await expect(lookUp('erp.example.com', NOBODY, [address])).rejects.toThrow(AddressRefused);
      await expect(lookUp('erp.example.com', NOBODY, ['8.8.8.8', address], true)).rejects.toThrow(
        AddressRefused,
      );
    },
  );

  it('but not one that leads to the internet, in either form of the question', async () => {
    expect(await lookUp('erp.example.com', NOBODY, ['8.8.8.8'])).toBe('8.8.8.8');
    expect(await lookUp('erp.example.com', NOBODY, ['8.8.8.8'], true)).toEqual([
      { address: '8.8.8.8', family: 4 },
    ]);
  });

  it('unless the settings name it, or the address it leads to', async () => {
    const allowed = new AllowedHosts(['ERP.internal', '10.0.0.5', '::1']);
    expect(await lookUp('erp.internal', allowed, ['10.9.9.9'])).toBe('10.9.9.9');
    expect(await lookUp('erp.example.com', allowed, ['10.0.0.5'])).toBe('10.0.0.5');
    await expect(lookUp('erp.example.com', allowed, ['10.0.0.6'])).rejects.toThrow(AddressRefused);
    expect([allowed.has('[::1]'), allowed.has('0:0:0:0:0:0:0:1'), allowed.has('erp.internal.')]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it.each(['127.0.0.1', '10.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254'])(
    'and so is the literal address %s, for which no name is resolved',
    async (hostname) => {
      const connect = guardedConnect(NOBODY, 1000, () => {
        throw new Error('nothing is to be resolved');
      });
      const error = await new Promise((resolve) =>
        connect({ hostname, host: hostname, protocol: 'http:', port: '9' }, (...[error]) => resolve(error)),
      );
      expect(error).toBeInstanceOf(AddressRefused);
    },
  );
});
