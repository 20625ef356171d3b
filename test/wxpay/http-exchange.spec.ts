import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { exchange } from '../../src/wxpay/http-exchange.js';

let server: Server;
let host: Pool;

async function serve(listener: RequestListener): Promise<void> {
  server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  host = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 });
}
afterEach(async () => {
  await host.destroy();
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, ms: number) =>
  exchange(
    host,
    { method: 'POST', path, headers: { 'x-own': '1' }, body: 'question' },
    performance.now() + ms,
  );

it('sends the body with its headers and collects the answer', async () => {
  await serve((request, response) => {
    response.writeHead(201, { 'x-seen': request.headers['x-own'] });
    response.write('in ');
    response.end('parts');
  });
  const answer = await ask('/', 2000);
  expect([answer.status, answer.headers['x-seen'], answer.body.toString()]).toEqual([201, '1', 'in parts']);
});

it('refuses an answer that is larger than WeChat ever sends', async () => {
  await serve((_, response) => response.end(Buffer.alloc(1024 * 1024 + 1)));
  await expect(ask('/', 5000)).rejects.toThrow('larger than 1 MB');
});

it('ends in time, also in the middle of an answer', async () => {
  await serve((_, response) => void response.write('the beginning'));
  await expect(ask('/', 100)).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('does not send what waited for a connection until its time was over', async () => {
  const paths: string[] = [];
  const { promise: isOver, resolve: answerFirst } = Promise.withResolvers<void>();
  await serve((request, response) => {
    paths.push(request.url ?? '');
    void isOver.then(() => response.end());
  });
  const first = ask('/first', 5000);
  await expect(ask('/second', 100)).rejects.toMatchObject({ name: 'TimeoutError' });
  answerFirst();
  await first;
  await ask('/third', 5000); // on the same connection, so after whatever waited before it
  expect(paths).toEqual(['/first', '/third']);
});
