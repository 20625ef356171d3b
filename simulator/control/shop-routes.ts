import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Nothing from elsewhere, nothing inline: the page shows what a merchant under test answers. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `GET /shop` and its static files. */
export function shopRoutes(app: FastifyInstance): void {
  void app.register(fastifyStatic, {
    root: join(packageRoot(), 'simulator', 'shop'),
    prefix: '/shop/',
    cacheControl: false,
    setHeaders: (reply) => {
      void reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
      void reply.header('cache-control', 'no-store');
      void reply.header('x-content-type-options', 'nosniff');
    },
  });
  app.get('/shop', (_request, reply) => reply.sendFile('index.html'));
  app.get('/', (_request, reply) => reply.redirect('/shop'));
}

/** The page is not compiled: seen from dist/ it lies where the package begins. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json not found above the simulator');
    folder = parent;
  }
  return folder;
}
