import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OVERSIZE } from '../common/http/body-parsers.js';
import { Clock } from '../common/time/clock.js';
import type { MerchantAccount } from '../wxpay/merchant-accounts.js';
import {
  NotificationRefused,
  type PaymentNotification,
  type RawNotification,
  type RefundNotification,
} from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { InboxService, type Received } from './inbox.service.js';
import type { NotificationKind } from './notification.entity.js';
import { NotifyRefusal } from './notify-refusal.js';

export type NotifyRequest = FastifyRequest<{ Params: { account: string } }>;

/** A notification that has passed its guard, and the bytes it came as. */
export interface Verified<Content> {
  received: Received;
  notification: Content;
}

/** What a signature may cover: the bytes as they came, the query before any decoding, and WeChat's own headers. */
export function rawNotification({ headers, url, body }: FastifyRequest, receivedAt: Date): RawNotification {
  const mark = url.indexOf('?');
  const own: Record<string, string | string[] | undefined> = {};
  for (const name in headers) if (name.startsWith('wechatpay-')) own[name] = headers[name];
  return {
    headers: own,
    query: mark < 0 ? '' : url.slice(mark + 1),
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    receivedAt,
  };
}

const verified = new WeakMap<FastifyRequest, Verified<unknown>>();

/**
 * Lets only authentic notifications reach the controller: raw bytes, the account's own algorithm and key, our
 * merchant, our app (DESIGN §2.8). It looks at nothing else, neither host nor address, so nothing can switch it off
 * (M-04). What is refused is filed with its verdict before WeChat gets the answer.
 */
@Injectable() // here as well, so that the subclasses inherit what to inject
abstract class NotificationGuard<Content> implements CanActivate {
  protected abstract readonly kind: NotificationKind;

  constructor(
    protected readonly wxpay: WxPayService,
    private readonly inbox: InboxService,
    private readonly clock: Clock,
  ) {}

  /** @throws NotificationRefused */
  protected abstract read(account: MerchantAccount, raw: RawNotification): Content;

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<NotifyRequest>();
    const account = this.wxpay.findAccount(request.params.account);
    if (account === undefined) throw new NotifyRefusal(404, 'unknown account');
    if (request.body === OVERSIZE) throw new NotifyRefusal(413, 'larger than 1 MB');
    const raw = rawNotification(request, this.clock.now());
    const received = { ...raw, accountId: account.id, kind: this.kind, sourceIp: request.ip };
    try {
      verified.set(request, { received, notification: this.read(account, raw) });
      return true;
    } catch (error) {
      if (!(error instanceof NotificationRefused)) throw error;
      await this.inbox.fileUnverified(received, { verdict: error.verdict, reason: error.message });
      throw new NotifyRefusal(error.status, error.message, error.verdict !== 'PROBE');
    }
  }
}

@Injectable()
export class PaymentNotificationGuard extends NotificationGuard<PaymentNotification> {
  protected readonly kind = 'PAYMENT';

  protected read(account: MerchantAccount, raw: RawNotification): PaymentNotification {
    return this.wxpay.readPaymentNotification(account, raw);
  }
}

@Injectable()
export class RefundNotificationGuard extends NotificationGuard<RefundNotification> {
  protected readonly kind = 'REFUND';

  protected read(account: MerchantAccount, raw: RawNotification): RefundNotification {
    return this.wxpay.readRefundNotification(account, raw);
  }
}

/** The notification that the route's guard has let pass. */
export const VerifiedNotification = createParamDecorator(
  (_: unknown, context: ExecutionContext): Verified<unknown> => {
    const found = verified.get(context.switchToHttp().getRequest<FastifyRequest>());
    if (found === undefined) throw new Error('a notification route runs without its guard');
    return found;
  },
);
