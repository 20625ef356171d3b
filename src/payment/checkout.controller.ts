import { Body, Controller, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BuyerGuard } from '../buyer/buyer.guard.js';
import { ClientIp } from '../common/http/client-ip.js';
import { Idempotent } from '../common/idempotency/idempotency.js';
import { BuyerId } from '../common/http/principal.js';
import { IsRepeated, ResourceId } from '../common/idempotency/resource-id.js';
import { newOrderSchema, orderSchema, type NewOrder, type OrderView } from '../order/order.schema.js';
import { CheckoutService, type Payable } from './checkout.service.js';
import { checkedOutSchema, checkoutSchema, type CheckoutRequest } from './payment.schema.js';

@ApiTags('buyer')
@ApiBearerAuth()
@UseGuards(BuyerGuard)
@Idempotent()
@Controller('api/v1')
export class CheckoutController {
  constructor(private readonly checkouts: CheckoutService) {}

  @Post('checkout')
  @ApiOperation({ summary: 'Order and prepay in one call; prices come from the catalogue' })
  @ApiCreatedResponse({ standardSchema: checkedOutSchema })
  checkout(
    @BuyerId() buyerId: string,
    @ResourceId() id: string,
    @IsRepeated() isRepeated: boolean,
    @ClientIp() clientIp: string,
    @Body({ schema: checkoutSchema }) { tradeType, ...wanted }: CheckoutRequest,
  ): Promise<Payable & { order: OrderView }> {
    return this.checkouts.checkout({ id, isRepeated }, buyerId, wanted, tradeType, clientIp);
  }

  @Post('orders')
  @ApiOperation({ summary: 'Order now, pay later' })
  @ApiCreatedResponse({ standardSchema: orderSchema })
  order(
    @BuyerId() buyerId: string,
    @ResourceId() id: string,
    @IsRepeated() isRepeated: boolean,
    @Body({ schema: newOrderSchema }) wanted: NewOrder,
  ): Promise<OrderView> {
    return this.checkouts.order({ id, isRepeated }, buyerId, wanted);
  }
}
