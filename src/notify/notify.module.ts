import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PaymentModule } from '../payment/payment.module.js';
import { WxPayModule } from '../wxpay/wxpay.module.js';
import { InboxService } from './inbox.service.js';
import { Notification } from './notification.entity.js';
import { NotifyService } from './notify.service.js';
import { PaymentNotificationController } from './payment-notification.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([Notification]), PaymentModule, WxPayModule],
  controllers: [PaymentNotificationController],
  providers: [InboxService, NotifyService],
  exports: [InboxService],
})
export class NotifyModule {}
