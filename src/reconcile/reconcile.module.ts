import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JobsModule } from '../jobs/jobs.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { OperatorModule } from '../operator/operator.module.js';
import { PaymentModule } from '../payment/payment.module.js';
import { WxPayModule } from '../wxpay/wxpay.module.js';
import { ReconciliationDifference } from './daily/difference.entity.js';
import { DifferenceService } from './daily/difference.service.js';
import { DueBills } from './daily/due-bills.js';
import { ReconciliationRequestService } from './daily/reconciliation-request.service.js';
import { Reconciliation } from './daily/reconciliation.entity.js';
import { ReconciliationService } from './daily/reconciliation.service.js';
import { DueOrders } from './due-orders.js';
import { DuePayments } from './due-payments.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Reconciliation, ReconciliationDifference]),
    JobsModule,
    LedgerModule,
    OperatorModule,
    PaymentModule,
    WxPayModule,
  ],
  providers: [
    DifferenceService,
    DueBills,
    DueOrders,
    DuePayments,
    ReconciliationRequestService,
    ReconciliationService,
  ],
  exports: [DifferenceService, ReconciliationRequestService],
})
export class ReconcileModule {}
