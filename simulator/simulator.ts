import { resolve } from 'node:path';
import type { AddressInfo } from 'node:net';
import { makeControlServer } from './control/control-server.js';
import type { AppAddress } from './control/app-proxy.js';
import { makeGateway } from './gateway/gateway.js';
import { writeMerchantEnv } from './material/merchant-env.js';
import { loadMaterial } from './material/material.js';
import { World } from './world.js';

export interface SimulatorOptions {
  /** Where the merchant's material and the simulator's memory live; made when missing. */
  dir: string;
  /** Control server; 0 = any free port, default 9080. */
  port?: number;
  /** WeChat's HTTPS server; 0 = any free port, default 9443. */
  tlsPort?: number;
  /** Address to listen on, default 127.0.0.1. */
  host?: string;
  /** The merchant's backend, for the phone page. */
  appUrl?: string;
  /** Gets one line per trouble; silent by default. */
  log?: (line: string) => void;
}

export interface Simulator {
  controlUrl: string;
  tlsUrl: string;
  /** Absolute path of the folder with merchant.env. */
  merchantDir: string;
  setAppUrl(url: string | undefined): void;
  /** Stops at once: held requests are broken off, everything known is on the disk afterwards. */
  close(): Promise<void>;
}

/** WeChat on this machine. Two simulators must not share a folder. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { port = 9080, tlsPort = 9443, host = '127.0.0.1', log = () => undefined } = options;
  const dir = resolve(options.dir);
  const material = await loadMaterial(dir);
  const world = await World.open(dir, material.tenpay, log);
  const appAddress: AppAddress = { url: options.appUrl };
  world.miniProgram.messagePush.appUrl = options.appUrl;
  const gateway = makeGateway(world, material, log);
  const control = makeControlServer(world, appAddress);

  async function close(): Promise<void> {
    await Promise.all([control.close(), gateway.close(), world.close()]);
  }

  try {
    await Promise.all([gateway.listen({ port: tlsPort, host }), control.listen({ port, host })]);
    const tlsUrl = `https://${reachableAs(host)}:${listeningPort(gateway.server.address())}`;
    world.tlsUrl = tlsUrl;
    await Promise.all(world.merchants.all().map((merchant) => writeMerchantEnv(merchant, world)));
    return {
      controlUrl: `http://${reachableAs(host)}:${listeningPort(control.server.address())}`,
      tlsUrl,
      merchantDir: dir,
      setAppUrl: (url) => {
        appAddress.url = url;
        world.miniProgram.messagePush.appUrl = url;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** "All addresses" is none to connect to. */
function reachableAs(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function listeningPort(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}
