import { Module } from '@nestjs/common';
import { FulfilmentModule } from '../fulfilment/fulfilment.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { NotifyModule } from '../notify/notify.module.js';
import { OperatorModule } from '../operator/operator.module.js';
import { PaymentModule } from '../payment/payment.module.js';
import { RefundModule } from '../refund/refund.module.js';
import { WxPayModule } from '../wxpay/wxpay.module.js';
import { StaffBuyerController } from './buyers/staff-buyer.controller.js';
import { StaffBuyerService } from './buyers/staff-buyer.service.js';
import { EffectController } from './effects/effect.controller.js';
import { EffectDeskService } from './effects/effect-desk.service.js';
import { EventController } from './events/event.controller.js';
import { EventStreamService } from './events/event-stream.service.js';
import { FeedReader } from './events/feed-reader.js';
import { ExportController } from './exports/export.controller.js';
import { ExportService } from './exports/export.service.js';
import { JobController } from './jobs/job.controller.js';
import { JobDeskService } from './jobs/job-desk.service.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { LedgerDeskService } from './ledger/ledger-desk.service.js';
import { InboxController } from './notifications/inbox.controller.js';
import { InboxDeskService } from './notifications/inbox-desk.service.js';
import { ReplayService } from './notifications/replay.service.js';
import { StaffOrderController } from './orders/staff-order.controller.js';
import { StaffOrderService } from './orders/staff-order.service.js';
import { StaffPaymentController } from './payments/staff-payment.controller.js';
import { StaffPaymentService } from './payments/staff-payment.service.js';
import { PrintDeskService } from './printers/print-desk.service.js';
import { PrinterController } from './printers/printer.controller.js';
import { ReconcileModule } from '../reconcile/reconcile.module.js';
import { ReconciliationController } from './reconciliations/reconciliation.controller.js';
import { ReconciliationDeskService } from './reconciliations/reconciliation-desk.service.js';
import { SettingsController } from './settings/settings.controller.js';
import { ShippingModule } from '../shipping/shipping.module.js';
import { ShipmentController } from './shipping/shipment.controller.js';
import { StaffActionService } from './staff-action.service.js';
import { StatsController } from './stats/stats.controller.js';
import { StatsService } from './stats/stats.service.js';
import { SuspenseDeskService } from './suspense/suspense-desk.service.js';
import { SuspenseController } from './suspense/suspense.controller.js';
import { WebhookController } from './webhooks/webhook.controller.js';
import { WebhookDeskService } from './webhooks/webhook-desk.service.js';

/** What staff read, across all modules, and the few questions to WeChat they ask from there. */
@Module({
  imports: [
    OperatorModule,
    PaymentModule,
    RefundModule,
    NotifyModule,
    ReconcileModule,
    FulfilmentModule,
    ShippingModule,
    WxPayModule,
    LedgerModule,
    JobsModule,
  ],
  controllers: [
    EffectController,
    EventController,
    ExportController,
    InboxController,
    JobController,
    LedgerController,
    PrinterController,
    ReconciliationController,
    SettingsController,
    ShipmentController,
    StaffBuyerController,
    StaffOrderController,
    StaffPaymentController,
    StatsController,
    SuspenseController,
    WebhookController,
  ],
  providers: [
    EffectDeskService,
    EventStreamService,
    ExportService,
    FeedReader,
    InboxDeskService,
    JobDeskService,
    LedgerDeskService,
    PrintDeskService,
    ReconciliationDeskService,
    ReplayService,
    StaffActionService,
    StaffBuyerService,
    StaffOrderService,
    StaffPaymentService,
    StatsService,
    SuspenseDeskService,
    WebhookDeskService,
  ],
})
export class StaffModule {}
