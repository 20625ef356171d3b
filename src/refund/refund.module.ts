import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BuyerModule } from '../buyer/buyer.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { OperatorModule } from '../operator/operator.module.js';
import { OrderModule } from '../order/order.module.js';
import { WxPayModule } from '../wxpay/wxpay.module.js';
import { AbnormalRefundService } from './abnormal-refund.service.js';
import { BuyerRefundController } from './buyer-refund.controller.js';
import { DueRefunds } from './due-refunds.js';
import { DueReturns } from './due-returns.js';
import { BuyerPictureController } from './picture/buyer-picture.controller.js';
import { PictureService } from './picture/picture.service.js';
import { StaffPictureController } from './picture/staff-picture.controller.js';
import { RefundApproval } from './refund-approval.entity.js';
import { RefundApprovalService } from './refund-approval.service.js';
import { RefundConclusionService } from './refund-conclusion.service.js';
import { RefundDeskService } from './refund-desk.service.js';
import { RefundExecutionService } from './refund-execution.service.js';
import { RefundQueueService } from './refund-queue.service.js';
import { RefundRequestService } from './refund-request.service.js';
import { RefundReviewService } from './refund-review.service.js';
import { Refund } from './refund.entity.js';
import { StaffRefundController } from './staff-refund.controller.js';
import { SuspenseReturnService } from './suspense-return.service.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Refund, RefundApproval]),
    BuyerModule,
    OperatorModule,
    OrderModule,
    LedgerModule,
    JobsModule,
    WxPayModule,
  ],
  controllers: [BuyerPictureController, BuyerRefundController, StaffPictureController, StaffRefundController],
  providers: [
    AbnormalRefundService,
    DueRefunds,
    DueReturns,
    PictureService,
    RefundApprovalService,
    RefundConclusionService,
    RefundDeskService,
    RefundExecutionService,
    RefundQueueService,
    RefundRequestService,
    RefundReviewService,
    SuspenseReturnService,
  ],
  exports: [
    PictureService,
    RefundConclusionService,
    RefundDeskService,
    RefundQueueService,
    SuspenseReturnService,
  ],
})
export class RefundModule {}
