import { Controller, HttpCode, Post, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { PaymentNotification, RefundNotification } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import {
  PaymentNotificationGuard,
  RefundNotificationGuard,
  VerifiedNotification,
  type Verified,
} from './notification.guard.js';
import { NotifyReplyFilter } from './notify-reply.filter.js';
import { PaymentNotifyService } from './payment-notify.service.js';
import { RefundNotifyService } from './refund-notify.service.js';

@ApiTags('wechat')
@ApiParam({ name: 'account', description: 'id of the merchant account, e.g. `default`' })
@Controller('notify/wxpay/:account')
@UseFilters(NotifyReplyFilter)
export class NotificationController {
  constructor(
    private readonly payments: PaymentNotifyService,
    private readonly refunds: RefundNotifyService,
    private readonly wxpay: WxPayService,
  ) {}

  @Post('payment')
  @HttpCode(200)
  @UseGuards(PaymentNotificationGuard)
  @ApiOperation({
    summary: "WeChat's payment notification; authenticity is the signature, the reply is WeChat's own form",
  })
  async payment(
    @VerifiedNotification() notification: Verified<PaymentNotification>,
    @Res({ passthrough: true }) response: FastifyReply,
  ): Promise<string> {
    await this.payments.receive(notification);
    return this.acknowledge(notification, response);
  }

  @Post('refund')
  @HttpCode(200)
  @UseGuards(RefundNotificationGuard)
  @ApiOperation({ summary: "WeChat's refund notification; it is confirmed by asking WeChat" })
  async refund(
    @VerifiedNotification() notification: Verified<RefundNotification>,
    @Res({ passthrough: true }) response: FastifyReply,
  ): Promise<string> {
    await this.refunds.receive(notification);
    return this.acknowledge(notification, response);
  }

  private acknowledge({ received }: Verified<unknown>, response: FastifyReply): string {
    const reply = this.wxpay.notificationReply(received, true, 'OK');
    response.header('Content-Type', reply.contentType);
    return reply.body;
  }
}
