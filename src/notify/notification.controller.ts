import { Controller, HttpCode, Param, Post, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { NotifyReplyFilter } from './notify-reply.filter.js';
import { NotifyService } from './notify.service.js';
import {
  PaymentNotificationGuard,
  Verified,
  type VerifiedPaymentNotification,
} from './payment-notification.guard.js';

@ApiTags('wechat')
@Controller('notify/wxpay/:account')
@UseFilters(NotifyReplyFilter)
export class PaymentNotificationController {
  constructor(
    private readonly notifications: NotifyService,
    private readonly wxpay: WxPayService,
  ) {}

  @Post('payment')
  @HttpCode(200)
  @UseGuards(PaymentNotificationGuard)
  @ApiOperation({
    summary: "WeChat's payment notification; authenticity is the signature, the reply is WeChat's own form",
  })
  async payment(
    @Param('account') account: string,
    @Verified() notification: VerifiedPaymentNotification,
    @Res({ passthrough: true }) response: FastifyReply,
  ): Promise<string> {
    await this.notifications.receive(notification);
    const reply = this.wxpay.notificationReply(this.wxpay.findAccount(account), true, 'OK');
    response.header('Content-Type', reply.contentType);
    return reply.body;
  }
}
