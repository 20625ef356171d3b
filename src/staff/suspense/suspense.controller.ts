import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import { SuspenseReturnService } from '../../refund/suspense-return.service.js';
import { SuspenseDeskService } from './suspense-desk.service.js';
import {
  acceptSuspenseSchema,
  suspenseDetailSchema,
  suspenseListSchema,
  suspensePageSchema,
  type AcceptSuspense,
  type SuspenseDetail,
  type SuspenseListQuery,
  type SuspensePage,
} from './suspense.schema.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/suspense')
export class SuspenseController {
  constructor(
    private readonly desk: SuspenseDeskService,
    private readonly returns: SuspenseReturnService,
  ) {}

  @Get()
  @Requires('suspense.read')
  @ApiOperation({ summary: 'Money that arrived wrongly, newest first' })
  @ApiOkResponse({ standardSchema: suspensePageSchema })
  list(@Query({ schema: suspenseListSchema }) query: SuspenseListQuery): Promise<SuspensePage> {
    return this.desk.list(query);
  }

  @Get(':id')
  @Requires('suspense.read')
  @ApiOperation({ summary: 'One of them, with what WeChat reported and what became of it' })
  @ApiOkResponse({ standardSchema: suspenseDetailSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<SuspenseDetail> {
    return this.desk.view(id);
  }

  @Post(':id/return')
  @HttpCode(200)
  @Requires('suspense.decide')
  @ApiOperation({
    summary:
      'Ask for it to go back, all of it. A refund with purpose SUSPENSE that the refund policy decides: somebody else approves it at /refunds/{id}/approve. A return that failed is tried again under its number',
  })
  @ApiOkResponse({ standardSchema: suspenseDetailSchema })
  async giveBack(
    @CurrentOperator() operator: OperatorPrincipal,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @FromRequest() origin: RequestOrigin,
  ): Promise<SuspenseDetail> {
    await this.returns.request(id, operator, origin);
    return this.desk.view(id);
  }

  @Post(':id/accept')
  @HttpCode(200)
  @Requires('suspense.decide')
  @ApiOperation({
    summary: 'Keep it as other income, with a note why. The order it was meant for does not move',
  })
  @ApiOkResponse({ standardSchema: suspenseDetailSchema })
  async accept(
    @CurrentOperator() operator: OperatorPrincipal,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: acceptSuspenseSchema }) { note }: AcceptSuspense,
    @FromRequest() origin: RequestOrigin,
  ): Promise<SuspenseDetail> {
    await this.desk.accept(id, note, { operator, origin });
    return this.desk.view(id);
  }
}
