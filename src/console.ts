import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where `npm run console:build` puts the merchant console. */
const BUILT = fileURLToPath(new URL('../console/', import.meta.url));

/**
 * Nothing foreign runs, loads or frames it. Ant Design writes its styles while it runs, hence the inline ones; product
 * pictures lie wherever the shop keeps them.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: https:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const FOREVER = 'public, max-age=31536000, immutable';

const NOT_BUILT = `<!doctype html><html lang="zh"><meta charset="utf-8"><title>控制台未构建 Console not built</title>
<h1>控制台尚未构建</h1><p>请运行 <code>npm run build</code> 后重新打开本页。</p>
<h1>The console is not built</h1><p>Run <code>npm run build</code>, then open this page again.</p></html>`;

/**
 * Serves the merchant console at `/console/`: files with a hash in their name for ever, the page itself never from a
 * cache, and every address of its own router answered by the page.
 * @param root the built console
 */
export async function serveConsole(fastify: FastifyInstance, root = BUILT): Promise<void> {
  await fastify.register(async (scope) => {
    await scope.register(fastifyStatic, {
      root,
      serve: false,
      cacheControl: false,
      preCompressed: true,
    });
    scope.addHook('onRequest', (_, reply, done) => {
      void reply
        .header('Content-Security-Policy', POLICY)
        .header('Referrer-Policy', 'no-referrer')
        .header('Cross-Origin-Opener-Policy', 'same-origin')
        .header('X-Frame-Options', 'DENY');
      done();
    });
    scope.get('/console', (_, reply) => reply.redirect('/console/', 308));
    scope.get<{ Params: { '*': string } }>('/console/*', (request, reply) => answer(request, reply, root));
  });
}

function answer(
  { params }: FastifyRequest<{ Params: { '*': string } }>,
  reply: FastifyReply,
  root: string,
): FastifyReply {
  const path = params['*'];
  if (!existsSync(`${root}/index.html`))
    return reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT);
  const isFile = extname(path) !== '';
  void reply.header('Cache-Control', path.startsWith('assets/') && isFile ? FOREVER : 'no-cache');
  return reply.sendFile(isFile ? path : 'index.html');
}
