import fastify from 'fastify';
import type { World } from '../world.js';
import { proxyToApp, type AppAddress } from './app-proxy.js';
import { billRoutes } from './bill-routes.js';
import { clockRoutes } from './clock-routes.js';
import { faultRoutes } from './fault-routes.js';
import { sendError } from './input.js';
import { merchantRoutes } from './merchant-routes.js';
import { notificationRoutes } from './notification-routes.js';
import { printRoutes } from './print-routes.js';
import { refundRoutes } from './refund-routes.js';
import { shopRoutes } from './shop-routes.js';
import { tradeRoutes } from './trade-routes.js';
import { weixinRoutes } from './weixin-routes.js';

/** The HTTP server for people and tests: the phone page, and levers for everything WeChat would decide by itself. */
export function makeControlServer(world: World, appAddress: AppAddress) {
  const app = fastify({ forceCloseConnections: true });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  // Many clients name the type on every request, also where there is nothing to send.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parseJson(request, body as string, done),
  );
  app.setErrorHandler((error, _request, reply) => sendError(reply, error));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ code: 'NOT_FOUND', message: `no ${request.method} ${request.url}` }),
  );
  merchantRoutes(app, world);
  tradeRoutes(app, world);
  refundRoutes(app, world);
  notificationRoutes(app, world);
  billRoutes(app, world);
  faultRoutes(app, world);
  printRoutes(app, world);
  clockRoutes(app, world);
  weixinRoutes(app, world);
  app.post('/_sim/reset', async () => {
    await world.reset();
    return { reset: true };
  });
  shopRoutes(app);
  proxyToApp(app, appAddress);
  return app;
}
