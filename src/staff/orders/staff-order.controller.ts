import { Controller, Get, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import {
  staffOrderListSchema,
  staffOrderPageSchema,
  staffOrderSchema,
  type StaffOrderListQuery,
  type StaffOrderPage,
  type StaffOrderView,
} from './staff-order.schema.js';
import { StaffOrderService } from './staff-order.service.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/orders')
export class StaffOrderController {
  constructor(private readonly orders: StaffOrderService) {}

  @Get()
  @Requires('orders.read')
  @ApiOperation({ summary: 'Orders, newest first' })
  @ApiOkResponse({ standardSchema: staffOrderPageSchema })
  list(@Query({ schema: staffOrderListSchema }) query: StaffOrderListQuery): Promise<StaffOrderPage> {
    return this.orders.list(query);
  }

  @Get(':id')
  @Requires('orders.read')
  @ApiOperation({ summary: 'One order with its payments, refunds, journal and timeline, all of one moment' })
  @ApiOkResponse({ standardSchema: staffOrderSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<StaffOrderView> {
    return this.orders.view(id);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Requires('orders.close')
  @ApiOperation({
    summary: 'Close an unpaid order: at WeChat, then here; 202 while WeChat has not answered',
  })
  @ApiOkResponse({ standardSchema: staffOrderSchema })
  @ApiAcceptedResponse({ standardSchema: staffOrderSchema })
  async close(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StaffOrderView> {
    const { order, decided } = await this.orders.close(id, { operator, origin });
    if (!decided) reply.code(202);
    return order;
  }
}
