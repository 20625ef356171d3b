import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';

export interface FloorAnswer {
  status: number;
  contentType: string;
  body: string;
}

/** As many connections as our own service has by default, kept as long. */
const POOL = { max: 16, idleTimeoutMillis: 30_000 };

export function floorPool(): pg.Pool {
  return new pg.Pool({ connectionString: setting('DATABASE_URL'), ...POOL });
}

/** A setting of the floor's process; only the benchmark sets them. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

/** Bare node:http: one handler for every POST, no framework, no routes. */
export function serve(handle: (request: IncomingMessage, body: Buffer) => Promise<FloorAnswer>): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      handle(request, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).then(
        ({ status, contentType, body }) =>
          response
            .writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) })
            .end(body),
        (error: unknown) => {
          const words = String(error);
          response.writeHead(500, { 'Content-Length': Buffer.byteLength(words) }).end(words);
        },
      );
    });
  });
  server.listen(Number(setting('PORT')), '127.0.0.1', () => console.log('listening on'));
  process.on('SIGTERM', () => process.exit(0));
}
