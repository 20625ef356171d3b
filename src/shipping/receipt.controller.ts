import { Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BuyerGuard } from '../buyer/buyer.guard.js';
import { idParamSchema, type IdParam } from '../common/http/id-param.js';
import { BuyerId } from '../common/http/principal.js';
import { Idempotent } from '../common/idempotency/idempotency.js';
import { orderSchema, type OrderView } from '../order/order.schema.js';
import { OrderService } from '../order/order.service.js';
import { ShipmentService } from './shipment.service.js';

@ApiTags('buyer')
@ApiBearerAuth()
@UseGuards(BuyerGuard)
@Idempotent()
@Controller('api/v1/orders')
export class ReceiptController {
  constructor(
    private readonly orders: OrderService,
    private readonly shipments: ShipmentService,
  ) {}

  @Post(':id/receipt')
  @HttpCode(200)
  @ApiOperation({ summary: 'I have received the goods: completes a shipped order' })
  @ApiOkResponse({ standardSchema: orderSchema })
  async receive(
    @BuyerId() buyerId: string,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<OrderView> {
    const order = await this.orders.ofBuyer(buyerId, id);
    await this.shipments.receive(order.id, 'BUYER');
    return this.orders.view(order.id);
  }
}
