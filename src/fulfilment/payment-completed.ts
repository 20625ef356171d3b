import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { JobService } from '../jobs/job.service.js';
import { OrderService } from '../order/order.service.js';

/** What follows a payment and may fail without touching it. For now: one line in the log that a person can read (A24). */
@Injectable()
export class PaymentCompleted implements OnApplicationBootstrap {
  private readonly logger = new Logger('payment-completed');

  constructor(
    private readonly jobs: JobService,
    private readonly orders: OrderService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.work('payment-completed', async ({ orderId, paymentId }) => {
      const { orderNo, paidFen, status } = await this.orders.view(orderId);
      this.logger.log(`order ${orderNo} is paid`, { orderId, orderNo, paymentId, paidFen, status });
    });
  }
}
