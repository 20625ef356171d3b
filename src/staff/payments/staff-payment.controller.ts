import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import {
  paymentListSchema,
  paymentPageSchema,
  staffPaymentSchema,
  syncedPaymentSchema,
  type PaymentListQuery,
  type PaymentPage,
  type StaffPaymentView,
  type SyncedPaymentView,
} from './staff-payment.schema.js';
import { StaffPaymentService } from './staff-payment.service.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/payments')
export class StaffPaymentController {
  constructor(private readonly payments: StaffPaymentService) {}

  @Get()
  @Requires('payments.read')
  @ApiOperation({ summary: 'Attempts to pay, newest first' })
  @ApiOkResponse({ standardSchema: paymentPageSchema })
  list(@Query({ schema: paymentListSchema }) query: PaymentListQuery): Promise<PaymentPage> {
    return this.payments.list(query);
  }

  @Get(':id')
  @Requires('payments.read')
  @ApiOperation({ summary: 'One attempt to pay, with what WeChat reported' })
  @ApiOkResponse({ standardSchema: staffPaymentSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<StaffPaymentView> {
    return this.payments.view(id);
  }

  @Post(':id/sync')
  @HttpCode(200)
  @Requires('payments.sync')
  @ApiOperation({
    summary: 'Ask WeChat now what became of it; 504 `WXPAY_OUTCOME_UNKNOWN` when it does not answer',
  })
  @ApiOkResponse({ standardSchema: syncedPaymentSchema })
  sync(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<SyncedPaymentView> {
    return this.payments.sync(id, { operator, origin });
  }
}
