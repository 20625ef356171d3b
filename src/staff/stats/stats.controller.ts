import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { Requires } from '../../operator/requires.js';
import { statsSchema, type Stats } from './stats.schema.js';
import { StatsService } from './stats.service.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Controller('api/v1/admin/stats')
export class StatsController {
  constructor(private readonly stats: StatsService) {}

  @Get()
  @Requires('orders.read')
  @ApiOperation({ summary: 'The overview: the last days, and what waits for somebody' })
  @ApiOkResponse({ standardSchema: statsSchema })
  read(@CurrentOperator() operator: OperatorPrincipal): Promise<Stats> {
    return this.stats.read(operator);
  }
}
