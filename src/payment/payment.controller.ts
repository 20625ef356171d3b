import { Body, Controller, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BuyerGuard } from '../buyer/buyer.guard.js';
import { ClientIp } from '../common/http/client-ip.js';
import { idParamSchema, type IdParam } from '../common/http/id-param.js';
import { Idempotent } from '../common/idempotency/idempotency.js';
import { BuyerId } from '../common/http/principal.js';
import { orderSchema, type OrderView } from '../order/order.schema.js';
import { CheckoutService, type Payable } from './checkout.service.js';
import { newPaymentSchema, payableSchema, type NewPayment } from './payment.schema.js';
import { UnpaidOrderService } from './unpaid-order.service.js';

@ApiTags('buyer')
@ApiBearerAuth()
@UseGuards(BuyerGuard)
@Idempotent()
@Controller('api/v1/orders/:id')
export class PaymentController {
  constructor(
    private readonly checkouts: CheckoutService,
    private readonly unpaid: UnpaidOrderService,
  ) {}

  @Post('payments')
  @ApiOperation({
    summary: 'Pay an order, or pay it again; another trade type closes the open attempt at WeChat first',
  })
  @ApiCreatedResponse({ standardSchema: payableSchema })
  pay(
    @BuyerId() buyerId: string,
    @ClientIp() clientIp: string,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: newPaymentSchema }) { tradeType }: NewPayment,
  ): Promise<Payable> {
    return this.checkouts.pay(id, buyerId, tradeType, clientIp);
  }

  @Post('sync')
  @HttpCode(200)
  @ApiOperation({
    summary: 'After wx.requestPayment returned: the server asks WeChat and answers the true order',
  })
  @ApiOkResponse({ standardSchema: orderSchema })
  sync(@BuyerId() buyerId: string, @Param({ schema: idParamSchema }) { id }: IdParam): Promise<OrderView> {
    return this.unpaid.sync(id, buyerId);
  }

  @Post('cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Cancel an unpaid order: closed at WeChat, then here; 202 while WeChat has not answered',
  })
  @ApiOkResponse({ standardSchema: orderSchema })
  @ApiAcceptedResponse({ standardSchema: orderSchema })
  async cancel(
    @BuyerId() buyerId: string,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const { order, decided } = await this.unpaid.cancel(id, buyerId);
    if (!decided) reply.code(202);
    return order;
  }
}
