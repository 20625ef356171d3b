import { Module } from '@nestjs/common';
import { BuyerModule } from '../buyer/buyer.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { OperatorModule } from '../operator/operator.module.js';
import { OrderModule } from '../order/order.module.js';
import { WechatModule } from '../wechat/wechat.module.js';
import { WxPayModule } from '../wxpay/wxpay.module.js';
import { CarrierList } from './carrier-list.js';
import { DueReceipts } from './due-receipts.js';
import { ReceiptController } from './receipt.controller.js';
import { ShipmentService } from './shipment.service.js';

@Module({
  imports: [BuyerModule, JobsModule, OperatorModule, OrderModule, WechatModule, WxPayModule],
  controllers: [ReceiptController],
  providers: [CarrierList, DueReceipts, ShipmentService],
  exports: [CarrierList, DueReceipts, ShipmentService],
})
export class ShippingModule {}
