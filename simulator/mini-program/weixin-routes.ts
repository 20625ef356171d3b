import type { FastifyInstance, FastifyRequest, RawServerBase } from 'fastify';
import { withFaults } from '../gateway/connection-faults.js';
import type { Fault } from '../state/faults.js';
import type { World } from '../world.js';
import type { AppCall } from './app-call.js';
import { stableToken, token } from './access-token.js';
import { deliveryList } from './carriers.js';
import { codeToSession, oauthToken } from './login-exchange.js';
import { getOrder, uploadShippingInfo } from './shipping-info.js';
import { deliverNotify } from '../v1/deliver-notify.js';
import { GatewayRefusal } from '../v1/gateway-call.js';
import { genprepay } from '../v1/genprepay.js';
import { subscribeSend } from './subscribe-send.js';
import { weixinError } from './weixin-error.js';

export type AppCallHandler = (call: AppCall, world: World) => object;

/** What needs an access_token, and is posted. */
const WITH_TOKEN: Record<string, AppCallHandler> = {
  '/cgi-bin/express/delivery/open_msg/get_delivery_list': deliveryList,
  '/cgi-bin/message/subscribe/send': subscribeSend,
  '/wxa/sec/order/upload_shipping_info': uploadShippingInfo,
  '/wxa/sec/order/get_order': getOrder,
  '/pay/genprepay': genprepay,
  '/pay/delivernotify': deliverNotify,
};

/** The paths of api.weixin.qq.com. */
export function weixinRoutes<Server extends RawServerBase>(app: FastifyInstance<Server>, world: World): void {
  const route = (path: string, respond: (request: FastifyRequest) => object): void => {
    app.all(path, (request, reply) =>
      withFaults(request as FastifyRequest, reply as never, world, (fault) => {
        void reply.type('text/plain; charset=utf-8');
        return JSON.stringify(orderedError(fault) ?? respond(request as FastifyRequest));
      }),
    );
  };
  route('/sns/jscode2session', (request) => codeToSession(queryOf(request), world.merchants, world.logins));
  route('/sns/oauth2/access_token', (request) => oauthToken(queryOf(request), world.merchants, world.logins));
  route('/cgi-bin/token', (request) => token(queryOf(request), world));
  route('/cgi-bin/stable_token', (request) => {
    if (request.method !== 'POST') return weixinError(43002);
    const body = jsonOf(request);
    return body ? stableToken(body, world) : weixinError(47001);
  });
  for (const [path, handler] of Object.entries(WITH_TOKEN)) {
    route(path, (request) => called(request, handler, world));
  }
}

/** The bytes of the answer to a call that carries an access_token, for a path that is not this host's alone. */
export function answerAppCall(
  request: FastifyRequest,
  handler: AppCallHandler,
  fault: Fault | undefined,
  world: World,
): string {
  return JSON.stringify(orderedError(fault) ?? called(request, handler, world));
}

function called(request: FastifyRequest, handler: AppCallHandler, world: World): object {
  if (request.method !== 'POST') return weixinError(43002);
  const owner = world.miniProgram.accessTokens.check(queryOf(request).get('access_token') ?? '');
  if (typeof owner === 'number') return weixinError(owner);
  const body = jsonOf(request);
  if (!body) return weixinError(47001);
  try {
    return handler({ appId: owner.appId, body }, world);
  } catch (error) {
    if (!(error instanceof GatewayRefusal)) throw error;
    return weixinError(error.errcode, error.errmsg);
  }
}

function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(request.url.split('?')[1]);
}

/** The posted object, whatever type it claims; undefined when it is none. */
function jsonOf(request: FastifyRequest): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    return isObject ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Any errcode can be ordered by its number. */
function orderedError(fault: Fault | undefined): object | undefined {
  if (fault?.fault === 'SYSTEMERROR') return weixinError(-1);
  return fault && /^-?\d+$/.test(fault.fault) ? weixinError(Number(fault.fault)) : undefined;
}
