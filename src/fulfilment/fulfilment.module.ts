import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs/jobs.module.js';
import { PaymentCompleted } from './payment-completed.js';

@Module({ imports: [JobsModule], providers: [PaymentCompleted] })
export class FulfilmentModule {}
