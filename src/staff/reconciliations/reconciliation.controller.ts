import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { ResourceId } from '../../common/idempotency/resource-id.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import { DifferenceService } from '../../reconcile/daily/difference.service.js';
import { ReconciliationRequestService } from '../../reconcile/daily/reconciliation-request.service.js';
import { ReconciliationDeskService } from './reconciliation-desk.service.js';
import {
  differenceListSchema,
  differenceParamSchema,
  differenceSchema,
  newReconciliationSchema,
  reconciliationDetailSchema,
  reconciliationListSchema,
  reconciliationPageSchema,
  resolveSchema,
  type DifferenceListQuery,
  type DifferenceParam,
  type DifferenceView,
  type NewReconciliation,
  type ReconciliationDetail,
  type ReconciliationListQuery,
  type ReconciliationPage,
  type Resolve,
} from './reconciliation.schema.js';
import { differenceView } from './reconciliation.view.js';

const FIRST_PAGE = differenceListSchema.parse({});

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/reconciliations')
export class ReconciliationController {
  constructor(
    private readonly desk: ReconciliationDeskService,
    private readonly requests: ReconciliationRequestService,
    private readonly differences: DifferenceService,
  ) {}

  @Get()
  @Requires('reconciliation.read')
  @ApiOperation({ summary: "Days compared with WeChat's bills, the newest first" })
  @ApiOkResponse({ standardSchema: reconciliationPageSchema })
  list(
    @Query({ schema: reconciliationListSchema }) query: ReconciliationListQuery,
  ): Promise<ReconciliationPage> {
    return this.desk.list(query);
  }

  @Post()
  @Requires('reconciliation.run')
  @ApiOperation({
    summary:
      'Compare a day now, or once more. Answers with the result, or after some seconds with RUNNING; WAITING: WeChat has no bill yet, and it is tried again',
  })
  @ApiCreatedResponse({ standardSchema: reconciliationDetailSchema })
  async request(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @ResourceId() id: string,
    @Body({ schema: newReconciliationSchema }) wanted: NewReconciliation,
  ): Promise<ReconciliationDetail> {
    const runId = await this.requests.request(id, wanted, { operator, origin });
    return this.desk.detail(runId, FIRST_PAGE);
  }

  @Get(':id')
  @Requires('reconciliation.read')
  @ApiOperation({ summary: 'One day: totals of both sides and the differences' })
  @ApiOkResponse({ standardSchema: reconciliationDetailSchema })
  detail(
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Query({ schema: differenceListSchema }) query: DifferenceListQuery,
  ): Promise<ReconciliationDetail> {
    return this.desk.detail(id, query);
  }

  @Post(':id/differences/:diffId/take')
  @HttpCode(200)
  @Requires('reconciliation.resolve')
  @ApiOperation({ summary: 'Take a difference on: you are its owner from now on' })
  @ApiOkResponse({ standardSchema: differenceSchema })
  async take(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: differenceParamSchema }) { id, diffId }: DifferenceParam,
  ): Promise<DifferenceView> {
    return differenceView(await this.differences.take(id, diffId, { operator, origin }));
  }

  @Post(':id/differences/:diffId/resolve')
  @HttpCode(200)
  @Requires('reconciliation.resolve')
  @ApiOperation({
    summary: 'Close a difference with a note; it stays closed as long as its facts are the same',
  })
  @ApiOkResponse({ standardSchema: differenceSchema })
  async resolve(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: differenceParamSchema }) { id, diffId }: DifferenceParam,
    @Body({ schema: resolveSchema }) resolution: Resolve,
  ): Promise<DifferenceView> {
    return differenceView(await this.differences.resolve(id, diffId, resolution, { operator, origin }));
  }
}
