import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BuyerGuard } from '../buyer/buyer.guard.js';
import { idParamSchema, type IdParam } from '../common/http/id-param.js';
import { BuyerId } from '../common/http/principal.js';
import {
  orderListSchema,
  orderPageSchema,
  orderSchema,
  type OrderListQuery,
  type OrderView,
} from './order.schema.js';
import { OrderService } from './order.service.js';

@ApiTags('buyer')
@ApiBearerAuth()
@UseGuards(BuyerGuard)
@Controller('api/v1/orders')
export class OrderController {
  constructor(private readonly orders: OrderService) {}

  @Get()
  @ApiOperation({ summary: 'My orders, newest first' })
  @ApiOkResponse({ standardSchema: orderPageSchema })
  list(
    @BuyerId() buyerId: string,
    @Query({ schema: orderListSchema }) query: OrderListQuery,
  ): Promise<{ items: OrderView[]; nextCursor: string | null }> {
    return this.orders.list(buyerId, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One of my orders' })
  @ApiOkResponse({ standardSchema: orderSchema })
  detail(@BuyerId() buyerId: string, @Param({ schema: idParamSchema }) { id }: IdParam): Promise<OrderView> {
    return this.orders.viewOfBuyer(buyerId, id);
  }
}
