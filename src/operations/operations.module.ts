import { Module } from '@nestjs/common';
import { FulfilmentModule } from '../fulfilment/fulfilment.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { NotifyModule } from '../notify/notify.module.js';
import { HealthController } from './health.controller.js';
import { Pruning } from './pruning.js';
import { RequestDrain } from './request-drain.js';

@Module({
  imports: [JobsModule, NotifyModule, FulfilmentModule],
  controllers: [HealthController],
  providers: [Pruning, RequestDrain],
})
export class OperationsModule {}
