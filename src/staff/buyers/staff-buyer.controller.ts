import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import {
  noteSchema,
  staffBuyerListSchema,
  staffBuyerPageSchema,
  staffBuyerSchema,
  type Note,
  type StaffBuyerListQuery,
  type StaffBuyerPage,
  type StaffBuyerView,
} from './staff-buyer.schema.js';
import { StaffBuyerService } from './staff-buyer.service.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/buyers')
export class StaffBuyerController {
  constructor(private readonly buyers: StaffBuyerService) {}

  @Get()
  @Requires('buyers.read')
  @ApiOperation({ summary: 'Buyers with their totals, newest first; their openids stay on the server' })
  @ApiOkResponse({ standardSchema: staffBuyerPageSchema })
  list(@Query({ schema: staffBuyerListSchema }) query: StaffBuyerListQuery): Promise<StaffBuyerPage> {
    return this.buyers.list(query);
  }

  @Get(':id')
  @Requires('buyers.read')
  @ApiOperation({ summary: 'One buyer with his totals' })
  @ApiOkResponse({ standardSchema: staffBuyerSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<StaffBuyerView> {
    return this.buyers.view(id);
  }

  @Put(':id/note')
  @Requires('buyers.manage')
  @ApiOperation({ summary: 'Write the staff’s note about a buyer; he never sees it' })
  @ApiOkResponse({ standardSchema: staffBuyerSchema })
  setNote(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: noteSchema }) { note }: Note,
  ): Promise<StaffBuyerView> {
    return this.buyers.setNote(id, note, { operator, origin });
  }

  @Post(':id/block')
  @HttpCode(200)
  @Requires('buyers.manage')
  @ApiOperation({
    summary:
      'Let a buyer order and pay no more (403 BUYER_BLOCKED); he keeps his orders and may ask for refunds',
  })
  @ApiOkResponse({ standardSchema: staffBuyerSchema })
  block(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<StaffBuyerView> {
    return this.buyers.block(id, { operator, origin });
  }

  @Post(':id/unblock')
  @HttpCode(200)
  @Requires('buyers.manage')
  @ApiOperation({ summary: 'Let a blocked buyer order again' })
  @ApiOkResponse({ standardSchema: staffBuyerSchema })
  unblock(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<StaffBuyerView> {
    return this.buyers.unblock(id, { operator, origin });
  }
}
