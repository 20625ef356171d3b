import { STATUS_CODES } from 'node:http';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { orderQuery as orderQueryOfV1 } from '../v1/order-query.js';
import { answerAppCall, weixinRoutes } from '../mini-program/weixin-routes.js';
import type { Material } from '../material/material.js';
import { feieRoute } from '../printer/feie-route.js';
import { closeOrder } from '../v2/close-order.js';
import { downloadBill } from '../v2/download-bill.js';
import { downloadFundFlow } from '../v2/download-fund-flow.js';
import { answer, type Handler, type V2Request } from '../v2/endpoint.js';
import { orderQuery } from '../v2/order-query.js';
import { refundQuery } from '../v2/refund-query.js';
import { refund } from '../v2/refund.js';
import { unifiedOrder } from '../v2/unified-order.js';
import { v3Routes } from '../v3/routes.js';
import type { World } from '../world.js';
import { clientCertificate } from './client-certificate.js';
import { withFaults } from './connection-faults.js';

/** Paths that nginx opens to holders of a client certificate only. */
const CERTIFICATE_PATHS = /^\/(secapi\/|pay\/downloadfundflow$)/;
/** A request to WeChat has a few kilobytes. */
const BODY_LIMIT = 1_048_576;

const V2: Record<string, Handler> = {
  '/pay/unifiedorder': unifiedOrder,
  '/pay/orderquery': orderQuery,
  '/pay/closeorder': closeOrder,
  '/secapi/pay/refund': refund,
  '/pay/refundquery': refundQuery,
};

/** The HTTPS server that stands for api.mch.weixin.qq.com, api.weixin.qq.com and api.feieyun.cn, whatever Host is asked for. */
export function makeGateway(world: World, material: Material, log: (line: string) => void) {
  const app = fastify({
    https: {
      key: material.serverKey,
      cert: material.serverCertificate,
      ca: material.tenpay.certificate,
      requestCert: true,
      // A missing or wrong certificate is answered by page, not by breaking off the handshake.
      rejectUnauthorized: false,
    },
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // A refund number of 64 characters, each of them escaped.
    routerOptions: { maxParamLength: 192 },
  });
  // Signatures are over what was sent: bodies stay bytes, whatever type they claim.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.addHook('onRequest', async (request, reply) => {
    void reply.header('server', 'nginx');
    if (!CERTIFICATE_PATHS.test(request.url)) return;
    const { refusal } = clientCertificate(request.raw);
    if (refusal) await reply.code(400).type('text/html').send(refusal);
  });

  for (const [path, handler] of Object.entries(V2)) {
    app.all(path, (request, reply) =>
      withFaults(request, reply, world, (fault) => {
        void reply.type('text/plain; charset=utf-8');
        if (path === '/pay/orderquery' && isAppCall(request))
          return answerAppCall(request, orderQueryOfV1, fault, world);
        return answer(v2Request(request, path), handler, fault, world);
      }),
    );
  }
  app.all('/pay/downloadbill', (request, reply) =>
    withFaults(request, reply, world, (fault) => {
      void reply.type('text/plain; charset=utf-8');
      return downloadBill(v2Request(request, '/pay/downloadbill'), fault, world);
    }),
  );
  app.all('/pay/downloadfundflow', (request, reply) =>
    withFaults(request, reply, world, (fault) => {
      const { body, digest } = downloadFundFlow(v2Request(request, '/pay/downloadfundflow'), fault, world);
      void reply.type('text/plain; charset=utf-8');
      if (digest !== undefined) void reply.header('digest', digest);
      return body;
    }),
  );
  v3Routes(app, world);
  weixinRoutes(app, world);
  feieRoute(app, world);
  app.setNotFoundHandler((_request, reply) => sendPage(reply, 404));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log(`${request.method} ${request.url}: ${error.stack ?? error.message}`);
    return sendPage(reply, status);
  });
  return app;
}

/** Of api.weixin.qq.com, where V1's orderquery has the path that V2's has at api.mch.weixin.qq.com. */
function isAppCall(request: FastifyRequest): boolean {
  return /[?&]access_token=/.test(request.url);
}

function v2Request(request: FastifyRequest, path: string): V2Request {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const { mchId } = clientCertificate(request.raw);
  return { method: request.method, path, body, certificateMchId: mchId };
}

/** nginx's own pages are HTML as well. */
function sendPage(reply: FastifyReply, status: number): FastifyReply {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`;
  return reply.code(status).type('text/html').send(`<html><head><title>${title}</title></head></html>`);
}
