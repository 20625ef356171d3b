import { Module } from '@nestjs/common';
import { Tracing } from '../common/tracing/tracing.js';
import { FulfilmentModule } from '../fulfilment/fulfilment.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { NotifyModule } from '../notify/notify.module.js';
import { RefundModule } from '../refund/refund.module.js';
import { WxPayModule } from '../wxpay/wxpay.module.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { Pruning } from './pruning.js';
import { RequestDrain } from './request-drain.js';
import { ShopGauges } from './shop-gauges.js';

@Module({
  imports: [JobsModule, NotifyModule, FulfilmentModule, RefundModule, WxPayModule],
  controllers: [HealthController, MetricsController],
  providers: [Pruning, RequestDrain, ShopGauges, Tracing],
})
export class OperationsModule {}
