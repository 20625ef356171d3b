import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BuyerModule } from '../buyer/buyer.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { OrderModule } from '../order/order.module.js';
import { WxPayModule } from '../wxpay/wxpay.module.js';
import { AttemptService } from './attempt.service.js';
import { CheckoutCommitService } from './checkout-commit.service.js';
import { CheckoutController } from './checkout.controller.js';
import { CheckoutService } from './checkout.service.js';
import { ClosingService } from './closing.service.js';
import { InquiryService } from './inquiry.service.js';
import { PaymentController } from './payment.controller.js';
import { Payment } from './payment.entity.js';
import { PlacementService } from './placement.service.js';
import { PrepayService } from './prepay.service.js';
import { SettleService } from './settle.service.js';
import { SuspenseItem } from './suspense-item.entity.js';
import { UnpaidOrderService } from './unpaid-order.service.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Payment, SuspenseItem]),
    BuyerModule,
    OrderModule,
    WxPayModule,
    LedgerModule,
    JobsModule,
  ],
  controllers: [CheckoutController, PaymentController],
  providers: [
    AttemptService,
    CheckoutCommitService,
    CheckoutService,
    ClosingService,
    InquiryService,
    PlacementService,
    PrepayService,
    SettleService,
    UnpaidOrderService,
  ],
  exports: [SettleService, InquiryService, ClosingService],
})
export class PaymentModule {}
