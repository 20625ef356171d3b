import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs/jobs.module.js';
import { OrderModule } from '../order/order.module.js';
import { PaymentCompleted } from './payment-completed.js';

@Module({ imports: [JobsModule, OrderModule], providers: [PaymentCompleted] })
export class FulfilmentModule {}
