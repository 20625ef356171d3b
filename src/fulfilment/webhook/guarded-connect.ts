import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { AddressRefused, isPublicAddress, type AllowedHosts } from './address-guard.js';

type ResolveAll = (
  host: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * How deliveries connect: the address is looked at after the name was resolved and before the first packet leaves, for
 * every connection. A name that pointed to the internet when it was saved and points inside now is refused
 * (DESIGN §6.14).
 */
export function guardedConnect(
  allowed: AllowedHosts,
  timeoutMs: number,
  resolve: ResolveAll = systemLookup,
): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    lookup: guardedLookup(allowed, resolve),
  });
  return (options, callback) => {
    // A literal address is never looked up, so it is judged here.
    if (
      isIP(options.hostname) !== 0 &&
      !isPublicAddress(options.hostname) &&
      !allowed.has(options.hostname)
    ) {
      callback(new AddressRefused(options.hostname), null);
      return;
    }
    connect(options, callback);
  };
}

/** Resolves a name and refuses it when any of its addresses is not public: which one is taken is not for us to guess. */
export function guardedLookup(allowed: AllowedHosts, resolve: ResolveAll = systemLookup): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        callback(error ?? new Error(`${host} has no address`), '');
        return;
      }
      const fine = ({ address }: LookupAddress): boolean => isPublicAddress(address) || allowed.has(address);
      if (!allowed.has(host) && !addresses.every(fine)) callback(new AddressRefused(host), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
