import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An instance that takes longer is given up on, as any load balancer does. */
const PATIENCE_MS = 10_000;

/** A load balancer in front of the instances: takes turns, and answers 502 when the one whose turn it is does not. */
export class RoundRobin {
  private turn = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly ports: readonly number[],
  ) {}

  /** @param ports of the instances, whether they listen yet or not */
  static async start(ports: readonly number[]): Promise<RoundRobin> {
    const server = createServer((incoming, answer) => balancer.pass(incoming, answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const balancer = new RoundRobin(server, `http://127.0.0.1:${port}`, ports);
    return balancer;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const port = this.ports[this.turn++ % this.ports.length];
    const { method, url: path, headers } = incoming;
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, headers, agent: false, timeout: PATIENCE_MS },
      (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(answer);
        from.on('error', () => answer.destroy());
      },
    );
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => {
      if (answer.headersSent) answer.destroy();
      else answer.writeHead(502).end();
    });
    incoming.pipe(outgoing);
  }
}
