import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import { EffectDeskService } from './effect-desk.service.js';
import {
  effectDetailSchema,
  effectListSchema,
  effectPageSchema,
  type EffectDetail,
  type EffectListQuery,
  type EffectPage,
} from './effect.schema.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/effects')
export class EffectController {
  constructor(private readonly desk: EffectDeskService) {}

  @Get()
  @Requires('effects.read')
  @ApiOperation({ summary: 'Side effects: messages, deliveries, prints; newest first' })
  @ApiOkResponse({ standardSchema: effectPageSchema })
  list(@Query({ schema: effectListSchema }) query: EffectListQuery): Promise<EffectPage> {
    return this.desk.list(query);
  }

  @Get(':id')
  @Requires('effects.read')
  @ApiOperation({ summary: 'One side effect with every attempt and its answer' })
  @ApiOkResponse({ standardSchema: effectDetailSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<EffectDetail> {
    return this.desk.view(id);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Requires('effects.replay')
  @ApiOperation({
    summary: 'Start a side effect again, now',
    description:
      'The same effect with the same content and its whole schedule before it, whether it is dead, refused, done or waiting; earlier attempts stay in the log. One that is being tried at this moment is left alone.',
  })
  @ApiOkResponse({ standardSchema: effectDetailSchema })
  replay(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<EffectDetail> {
    return this.desk.replay(id, { operator, origin });
  }
}
