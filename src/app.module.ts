import { Module, type DynamicModule } from '@nestjs/common';
import { BuyerModule } from './buyer/buyer.module.js';
import { MetricsModule } from './common/metrics/metrics.module.js';
import { ClockModule } from './common/time/clock.module.js';
import { IdempotencyModule } from './common/idempotency/idempotency.module.js';
import type { Settings } from './config/settings.js';
import { SettingsModule } from './config/settings.module.js';
import { DatabaseModule } from './database/database.module.js';
import { FulfilmentModule } from './fulfilment/fulfilment.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { NotifyModule } from './notify/notify.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { OperatorModule } from './operator/operator.module.js';
import { OrderModule } from './order/order.module.js';
import { PaymentModule } from './payment/payment.module.js';
import { ReconcileModule } from './reconcile/reconcile.module.js';
import { RefundModule } from './refund/refund.module.js';
import { ShippingModule } from './shipping/shipping.module.js';
import { StaffModule } from './staff/staff.module.js';
import { WxPayModule } from './wxpay/wxpay.module.js';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        ClockModule,
        MetricsModule,
        DatabaseModule,
        IdempotencyModule,
        JobsModule,
        LedgerModule,
        WxPayModule,
        BuyerModule,
        OperatorModule,
        OrderModule,
        PaymentModule,
        RefundModule,
        ShippingModule,
        NotifyModule,
        ReconcileModule,
        FulfilmentModule,
        OperationsModule,
        StaffModule,
      ],
    };
  }
}
