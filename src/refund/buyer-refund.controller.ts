import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BuyerGuard } from '../buyer/buyer.guard.js';
import { idParamSchema, type IdParam } from '../common/http/id-param.js';
import { Idempotent } from '../common/idempotency/idempotency.js';
import { BuyerId } from '../common/http/principal.js';
import { Problem } from '../common/http/problem.js';
import { ResourceId } from '../common/idempotency/resource-id.js';
import { OrderService } from '../order/order.service.js';
import { RefundDeskService } from './refund-desk.service.js';
import { RefundRequestService } from './refund-request.service.js';
import {
  newRefundSchema,
  refundListSchema,
  refundPageSchema,
  refundSchema,
  type NewRefund,
  type RefundListQuery,
  type RefundPage,
  type RefundView,
} from './refund.schema.js';
import { refundView } from './refund.view.js';

@ApiTags('buyer')
@ApiBearerAuth()
@UseGuards(BuyerGuard)
@Idempotent()
@Controller('api/v1')
export class BuyerRefundController {
  constructor(
    private readonly requests: RefundRequestService,
    private readonly desk: RefundDeskService,
    private readonly orders: OrderService,
  ) {}

  @Post('orders/:id/refunds')
  @ApiOperation({ summary: 'Ask for money back; the shop decides' })
  @ApiCreatedResponse({ standardSchema: refundSchema })
  async request(
    @BuyerId() buyerId: string,
    @ResourceId() refundId: string,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: newRefundSchema }) wanted: NewRefund,
  ): Promise<RefundView> {
    await this.orders.ofBuyer(buyerId, id);
    await this.requests.request(refundId, id, { kind: 'buyer', id: buyerId, name: '买家 buyer' }, wanted);
    return refundView(await this.desk.find(refundId));
  }

  @Get('orders/:id/refunds')
  @ApiOperation({
    summary:
      'What went back or may go back of an order, newest first, payments that arrived wrongly included',
  })
  @ApiOkResponse({ standardSchema: refundPageSchema })
  async ofOrder(
    @BuyerId() buyerId: string,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Query({ schema: refundListSchema }) query: RefundListQuery,
  ): Promise<RefundPage> {
    await this.orders.ofBuyer(buyerId, id);
    const { rows, nextCursor } = await this.desk.list(query, { orderId: id });
    return { items: rows.map(refundView), nextCursor };
  }

  @Get('refunds/:id')
  @ApiOperation({ summary: 'One of my refunds' })
  @ApiOkResponse({ standardSchema: refundSchema })
  async detail(
    @BuyerId() buyerId: string,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<RefundView> {
    const refund = await this.desk.find(id);
    const orderId = await this.desk.orderOf(refund);
    const order = orderId === null ? null : await this.orders.find(orderId);
    if (order?.buyerId !== buyerId) throw new Problem('REFUND_NOT_FOUND', 'There is no such refund.');
    return refundView(refund);
  }

  @Post('refunds/:id/withdraw')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take an undecided request back' })
  @ApiOkResponse({ standardSchema: refundSchema })
  async withdraw(
    @BuyerId() buyerId: string,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<RefundView> {
    await this.desk.find(id);
    await this.requests.withdraw(id, buyerId);
    return refundView(await this.desk.find(id));
  }
}
