import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { run, statement } from '../database/sql.js';
import { ClosingService } from '../payment/closing.service.js';
import { DueWorker } from '../common/time/due-worker.js';

const BATCH = 50;

const NO_OPEN_ATTEMPT = `NOT EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.status IN ('CREATED', 'PREPAID'))`;

/** Orders `o` whose time is over at $1, or whose closing was asked for, and that no open attempt will bring up. */
export const ORDER_IS_DUE = `o.status = 'PENDING_PAYMENT' AND (o.expires_at <= $1 OR o.close_requested_at IS NOT NULL)
     AND ${NO_OPEN_ATTEMPT}`;

/** The same, each half by its own index: asked every second, it must not walk through all orders that wait for payment. */
const EXPIRED = statement(
  'expired-orders',
  `(SELECT o.id, o.expires_at FROM orders o
    WHERE o.status = 'PENDING_PAYMENT' AND o.expires_at <= $1 AND ${NO_OPEN_ATTEMPT}
    ORDER BY o.expires_at LIMIT ${BATCH})
   UNION
   (SELECT o.id, o.expires_at FROM orders o
    WHERE o.status = 'PENDING_PAYMENT' AND o.close_requested_at IS NOT NULL AND ${NO_OPEN_ATTEMPT}
    ORDER BY o.close_requested_at LIMIT ${BATCH})
   ORDER BY expires_at LIMIT ${BATCH}`,
);

/** Closes expired orders that nobody ever tried to pay (or whose attempts all failed); those with an open attempt close through it. */
@Injectable()
export class DueOrders extends DueWorker {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly closing: ClosingService,
    clock: Clock,
  ) {
    super('due-orders', clock);
  }

  protected async runOnce(): Promise<boolean> {
    const expired = await run<{ id: string }>(this.dataSource.manager, EXPIRED, [this.clock.now()]);
    for (const { id } of expired) {
      try {
        const { kind } = await this.closing.closeOrder(id);
        // Otherwise somebody has begun to pay it meanwhile, and its attempt brings it up again.
        if (kind === 'closed') this.logger.log('an expired order is closed', { orderId: id });
      } catch (error) {
        this.logger.error('an expired order could not be closed; it stays due', {
          orderId: id,
          cause: error,
        });
      }
    }
    return false; // a failed order is still in the list: the next second is soon enough
  }
}
