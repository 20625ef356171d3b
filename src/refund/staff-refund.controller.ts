import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../common/http/id-param.js';
import { Idempotent } from '../common/idempotency/idempotency.js';
import { Problem } from '../common/http/problem.js';
import { ResourceId } from '../common/idempotency/resource-id.js';
import { CurrentOperator } from '../operator/current-operator.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import { OperatorGuard } from '../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../operator/request-origin.js';
import { Requires } from '../operator/requires.js';
import { OrderService } from '../order/order.service.js';
import { AbnormalRefundService } from './abnormal-refund.service.js';
import { RefundApprovalService } from './refund-approval.service.js';
import { RefundDeskService } from './refund-desk.service.js';
import { RefundQueueService } from './refund-queue.service.js';
import { RefundRequestService } from './refund-request.service.js';
import { RefundReviewService } from './refund-review.service.js';
import {
  abnormalRefundSchema,
  approveSchema,
  COUNTED_TO,
  newRefundSchema,
  refundCountsSchema,
  rejectSchema,
  staffRefundListSchema,
  staffRefundPageSchema,
  staffRefundSchema,
  type AbnormalRefund,
  type Approve,
  type NewRefund,
  type RefundCounts,
  type Reject,
  type StaffRefundListQuery,
  type StaffRefundPage,
  type StaffRefundView,
} from './refund.schema.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin')
export class StaffRefundController {
  constructor(
    private readonly requests: RefundRequestService,
    private readonly approvals: RefundApprovalService,
    private readonly reviews: RefundReviewService,
    private readonly desk: RefundDeskService,
    private readonly queue: RefundQueueService,
    private readonly abnormal: AbnormalRefundService,
    private readonly orders: OrderService,
  ) {}

  @Get('refunds')
  @Requires('refunds.read')
  @ApiOperation({ summary: 'Refunds, newest first' })
  @ApiOkResponse({ standardSchema: staffRefundPageSchema })
  list(
    @CurrentOperator() operator: OperatorPrincipal,
    @Query({ schema: staffRefundListSchema }) query: StaffRefundListQuery,
  ): Promise<StaffRefundPage> {
    return this.queue.list(query, operator);
  }

  @Get('refunds/counts')
  @Requires('refunds.read')
  @ApiOperation({
    summary: `How many refunds are in each state, and how many wait for you; ${COUNTED_TO} means that or more`,
  })
  @ApiOkResponse({ standardSchema: refundCountsSchema })
  counts(@CurrentOperator() operator: OperatorPrincipal): Promise<RefundCounts> {
    return this.queue.counts(operator);
  }

  @Get('refunds/:id')
  @Requires('refunds.read')
  @ApiOperation({
    summary: 'One refund: its approvals, whether you may decide it, and what to do when it is stuck',
  })
  @ApiOkResponse({ standardSchema: staffRefundSchema })
  detail(
    @CurrentOperator() operator: OperatorPrincipal,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<StaffRefundView> {
    return this.desk.view(id, operator);
  }

  @Post('orders/:id/refunds')
  @Requires('refunds.request')
  @ApiOperation({ summary: 'Ask for a refund on the shop’s side' })
  @ApiCreatedResponse({ standardSchema: staffRefundSchema })
  async request(
    @CurrentOperator() operator: OperatorPrincipal,
    @ResourceId() refundId: string,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: newRefundSchema }) wanted: NewRefund,
    @FromRequest() origin: RequestOrigin,
  ): Promise<StaffRefundView> {
    if ((await this.orders.find(id)) === null)
      throw new Problem('ORDER_NOT_FOUND', 'There is no such order.');
    const person = { kind: 'operator' as const, id: operator.id, name: operator.displayName };
    await this.requests.request(refundId, id, person, wanted, { operator, ...origin });
    return this.desk.view(refundId, operator);
  }

  @Post('refunds/:id/approve')
  @HttpCode(200)
  @Requires('refunds.review')
  @ApiOperation({ summary: 'Approve; the money goes back in the background. Large refunds need two people' })
  @ApiOkResponse({ standardSchema: staffRefundSchema })
  async approve(
    @CurrentOperator() operator: OperatorPrincipal,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: approveSchema.prefault({}) }) approval: Approve,
    @FromRequest() origin: RequestOrigin,
  ): Promise<StaffRefundView> {
    const approved = await this.approvals.approve(id, operator, approval, origin);
    const view = await this.desk.view(id, operator);
    // The refund is on its way already and may have come further; the answer says what was decided (CONTRACT §3).
    return approved ? { ...view, status: 'APPROVED' } : view;
  }

  @Post('refunds/:id/reject')
  @HttpCode(200)
  @Requires('refunds.review')
  @ApiOperation({ summary: 'Reject, with a reason the buyer sees' })
  @ApiOkResponse({ standardSchema: staffRefundSchema })
  async reject(
    @CurrentOperator() operator: OperatorPrincipal,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: rejectSchema }) { reason }: Reject,
    @FromRequest() origin: RequestOrigin,
  ): Promise<StaffRefundView> {
    await this.reviews.reject(id, operator, reason, origin);
    return this.desk.view(id, operator);
  }

  @Post('refunds/:id/retry')
  @HttpCode(200)
  @Requires('refunds.execute')
  @ApiOperation({ summary: 'Try a failed, abnormal or waiting refund again under the same number' })
  @ApiOkResponse({ standardSchema: staffRefundSchema })
  async retry(
    @CurrentOperator() operator: OperatorPrincipal,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @FromRequest() origin: RequestOrigin,
  ): Promise<StaffRefundView> {
    await this.desk.retry(id, operator, origin);
    return this.desk.view(id, operator);
  }

  @Post('refunds/:id/abnormal')
  @HttpCode(200)
  @Requires('refunds.review')
  @ApiOperation({
    summary:
      'Send a refund that the buyer’s bank refused to another card (API v3); the card’s data is not kept. Where two people approve, two enter the card: the first is answered 409 `REFUND_CARD_UNCONFIRMED`',
  })
  @ApiOkResponse({ standardSchema: staffRefundSchema })
  async sendElsewhere(
    @CurrentOperator() operator: OperatorPrincipal,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: abnormalRefundSchema }) card: AbnormalRefund,
    @FromRequest() origin: RequestOrigin,
  ): Promise<StaffRefundView> {
    await this.abnormal.sendElsewhere(await this.desk.find(id), card, operator, origin);
    return this.desk.view(id, operator);
  }

  @Post('refunds/:id/sync')
  @HttpCode(200)
  @Requires('refunds.execute')
  @ApiOperation({
    summary: 'Ask WeChat now what became of it; 504 `WXPAY_OUTCOME_UNKNOWN` when it does not answer',
  })
  @ApiOkResponse({ standardSchema: staffRefundSchema })
  async sync(
    @CurrentOperator() operator: OperatorPrincipal,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @FromRequest() origin: RequestOrigin,
  ): Promise<StaffRefundView> {
    await this.desk.sync(id, operator, origin);
    return this.desk.view(id, operator);
  }
}
