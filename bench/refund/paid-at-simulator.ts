import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ask } from '../ask.js';
import type { LoadGenerator } from '../load/load-generator.js';
import type { OrderRange } from '../load/plans.js';
import type { Rig } from '../rig.js';
import type { Simulator } from '../servers.js';

const SUCCESS = '<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>';
const CONNECTIONS = 16;
/** Longer than any number of orders takes. */
const SECONDS_MAX = 120;

/** Orders that were paid at the simulator, so that it has something to give back. */
export class PaidAtSimulator {
  private constructor(
    private readonly load: LoadGenerator,
    private readonly simulator: Simulator,
    private readonly openid: string,
    private readonly notifyUrl: string,
  ) {}

  /** Refunds stay in progress: what becomes of them is not measured. */
  static async open(rig: Rig, load: LoadGenerator, simulator: Simulator): Promise<PaidAtSimulator> {
    const { controlUrl } = simulator;
    await ask('POST', `${controlUrl}/_sim/settings`, { body: { refundSeconds: null } });
    const { openid } = await ask<{ openid: string }>('POST', `${controlUrl}/_sim/login-code`, { body: {} });
    return new PaidAtSimulator(load, simulator, openid, await notifiedHere(rig));
  }

  async pay(orders: OrderRange): Promise<void> {
    const { tlsUrl, caPath, controlUrl, merchant } = this.simulator;
    const [openid, notifyUrl] = [this.openid, this.notifyUrl];
    const [connections, seconds] = [CONNECTIONS, SECONDS_MAX];
    await this.load.prepare({
      url: tlsUrl,
      caPath,
      connections,
      seconds,
      requests: { kind: 'unifiedorder', merchant, openid, notifyUrl, orders },
    });
    const ordered = await this.load.go();
    await this.load.prepare({ url: controlUrl, connections, seconds, requests: { kind: 'pay', orders } });
    const paid = await this.load.go();
    if (ordered.answered !== orders.count || paid.answered !== orders.count)
      throw new Error(`the simulator took longer than ${SECONDS_MAX} s for ${orders.count} payments`);
  }
}

/** Somebody has to take the simulator's notifications of these payments, or it would go on for a day. */
async function notifiedHere(rig: Rig): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end(SUCCESS));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  rig.onStop(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
