import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { JobService } from '../jobs/job.service.js';

/** What follows a payment and may fail without touching it. For now: one line in the log that a person can read (A24). */
@Injectable()
export class PaymentCompleted implements OnApplicationBootstrap {
  private readonly logger = new Logger('payment-completed');

  constructor(private readonly jobs: JobService) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.work('payment-completed', (payment) => {
      this.logger.log(`${payment.outTradeNo} is paid: ${payment.paidFen} fen`, payment);
      return Promise.resolve();
    });
  }
}
