import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../../scripts/embedded-postgres.js';

/** A way to the database that goes through this process. */
export interface Road {
  url: string;
  /** As if the server were away: connections break, new ones are refused. */
  block(): Promise<void>;
  open(): Promise<void>;
  /** As if the network had forgotten the connections there are: nobody hears of them again. New ones are fine. */
  silence(): void;
}

export async function roadTo(databaseUrl: string): Promise<Road> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    for (const each of [socket, onward]) {
      sockets.add(each);
      each.on('error', () => undefined).on('close', () => sockets.delete(each));
    }
    socket.pipe(onward).pipe(socket);
  });
  const port = await freePort();
  const open = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await open();
  const url = new URL(databaseUrl);
  url.port = String(port);
  url.search = ''; // not by the server's own socket
  return {
    url: url.href,
    open,
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    block: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
