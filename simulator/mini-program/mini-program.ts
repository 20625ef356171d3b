import type { MerchantLine } from '../notify/merchant-line.js';
import type { Journal } from '../state/journal.js';
import type { App } from '../state/merchants.js';
import type { SimClock } from '../state/sim-clock.js';
import type { SimTimers } from '../state/sim-timers.js';
import type { Transactions } from '../trade/transactions.js';
import { AccessTokens, type IssuedToken, type TokenAccount } from './access-tokens.js';
import { MessagePush, type Push, type PushSettings } from './message-push.js';
import { settlementEvent } from './settlement-event.js';
import { Shipments, type Shipment } from './shipments.js';
import { ShippingSettings } from './shipping-settings.js';
import { Subscriptions, type SentMessage, type Subscription } from './subscriptions.js';

/** What the server API of api.weixin.qq.com knows beside logins. */
export class MiniProgram {
  readonly accessTokens: AccessTokens;
  readonly subscriptions: Subscriptions;
  readonly shipments: Shipments;
  readonly shippingSettings: ShippingSettings;
  readonly messagePush: MessagePush;

  constructor(
    journal: Journal,
    clock: SimClock,
    timers: SimTimers,
    line: MerchantLine,
    private readonly transactions: Transactions,
    private readonly app: () => App,
  ) {
    this.accessTokens = new AccessTokens(
      journal.collection<IssuedToken>('accessTokens'),
      journal.collection<TokenAccount>('tokenAccounts'),
      clock,
    );
    this.subscriptions = new Subscriptions(
      journal.collection<Subscription>('subscriptions'),
      journal.collection<SentMessage>('subscribeMessages'),
      clock,
    );
    this.messagePush = new MessagePush(
      journal.collection<PushSettings>('pushSettings'),
      journal.collection<Push>('pushes'),
      clock,
      timers,
      line,
    );
    this.shippingSettings = new ShippingSettings(journal.collection('shippingSettings'));
    this.shipments = new Shipments(journal.collection<Shipment>('shipments'), clock, timers, (shipment) =>
      this.tellSettlement(shipment),
    );
  }

  forgetAll(): void {
    const { accessTokens, subscriptions, shipments, shippingSettings, messagePush } = this;
    for (const each of [accessTokens, subscriptions, shipments, shippingSettings, messagePush])
      each.forgetAll();
  }

  private tellSettlement(shipment: Shipment): void {
    const payment = this.transactions.byTransactionId(shipment.transactionId)?.payment;
    if (!payment) return;
    const envelope = this.messagePush.envelope(payment.openid, 'event');
    this.messagePush.announce(this.app(), settlementEvent(envelope, shipment, payment.paidAt));
  }
}
