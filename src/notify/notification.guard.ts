import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OVERSIZE } from '../common/body-parsers.js';
import { NotificationRefused, type PaymentNotification } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { InboxService, type Received } from './inbox.service.js';
import { NotifyRefusal } from './notify-refusal.js';

export type NotifyRequest = FastifyRequest<{ Params: { account: string } }>;

export interface VerifiedPaymentNotification {
  received: Received;
  notification: PaymentNotification;
}

const verified = new WeakMap<FastifyRequest, VerifiedPaymentNotification>();

/**
 * Lets only authentic notifications reach the controller: raw bytes, the account's own algorithm and key, our
 * merchant, our app (DESIGN §2.8). It looks at nothing else, neither host nor address, so nothing can switch it off
 * (M-04). What is refused is filed with its verdict before WeChat gets the answer.
 */
@Injectable()
export class PaymentNotificationGuard implements CanActivate {
  constructor(
    private readonly wxpay: WxPayService,
    private readonly inbox: InboxService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<NotifyRequest>();
    const account = this.wxpay.findAccount(request.params.account);
    if (account === undefined) throw new NotifyRefusal(404, 'unknown account');
    if (request.body === OVERSIZE) throw new NotifyRefusal(413, 'larger than 1 MB');
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const received = { accountId: account.id, body, sourceIp: request.ip };
    try {
      const notification = this.wxpay.readPaymentNotification(account, { headers: request.headers, body });
      verified.set(request, { received, notification });
      return true;
    } catch (error) {
      if (!(error instanceof NotificationRefused)) throw error;
      await this.inbox.fileUnverified(received, { verdict: error.verdict, reason: error.message });
      throw new NotifyRefusal(error.status, error.message);
    }
  }
}

/** The notification the guard has verified. */
export const Verified = createParamDecorator(
  (_: unknown, context: ExecutionContext): VerifiedPaymentNotification => {
    const found = verified.get(context.switchToHttp().getRequest<FastifyRequest>());
    if (found === undefined) throw new Error('a notification route runs without its guard');
    return found;
  },
);
