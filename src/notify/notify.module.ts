import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PaymentModule } from '../payment/payment.module.js';
import { RefundModule } from '../refund/refund.module.js';
import { WxPayModule } from '../wxpay/wxpay.module.js';
import { InboxService } from './inbox.service.js';
import { NotificationController } from './notification.controller.js';
import { MessageController } from './message/message.controller.js';
import { MessagePushService } from './message/message-push.service.js';
import { Notification } from './notification.entity.js';
import { PaymentNotifyService } from './payment-notify.service.js';
import { RefundNotifyService } from './refund-notify.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Notification]), PaymentModule, RefundModule, WxPayModule],
  controllers: [MessageController, NotificationController],
  providers: [InboxService, MessagePushService, PaymentNotifyService, RefundNotifyService],
  exports: [InboxService, MessagePushService, PaymentNotifyService, RefundNotifyService],
})
export class NotifyModule {}
