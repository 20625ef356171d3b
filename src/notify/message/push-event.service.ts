import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DueReceipts } from '../../shipping/due-receipts.js';
import { textOf, type PushedMessage } from '../../wechat/push-message.js';
import type { Filing } from '../inbox.service.js';

/** About a paid order: shipped or settled, and not shipped for two days (protocol §3.4). */
const SETTLEMENT = 'trade_manage_order_settlement';

/**
 * What a pushed event means to us. Its body is WeChat's word only in the encrypted modes, so an event about an order
 * decides nothing: it makes us ask (DESIGN §6.14).
 */
@Injectable()
export class PushEventService {
  constructor(private readonly receipts: DueReceipts) {}

  async decide(manager: EntityManager, message: PushedMessage, event: string): Promise<Filing> {
    if (event === SETTLEMENT) return this.settlement(manager, message);
    return { verdict: 'IGNORED', reason: event };
  }

  /** After the commit: what became due is done at once. */
  committed(): void {
    this.receipts.wake();
  }

  private async settlement(manager: EntityManager, message: PushedMessage): Promise<Filing> {
    const transactionId = textOf(message, 'transaction_id');
    const known = transactionId && (await this.receipts.askSoon(manager, transactionId));
    if (!known) return { verdict: 'IGNORED', reason: `${SETTLEMENT} of no shipped order`, transactionId };
    return { verdict: 'NOTED', reason: SETTLEMENT, transactionId, orderId: known };
  }
}
