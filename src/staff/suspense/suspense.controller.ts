import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Problem } from '../../common/http/problem.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { Requires } from '../../operator/requires.js';
import { SuspenseItem } from '../../payment/suspense-item.entity.js';
import { newestPage } from '../list-query.js';
import {
  suspenseDetailSchema,
  suspenseListSchema,
  suspensePageSchema,
  type SuspenseDetail,
  type SuspenseListQuery,
  type SuspensePage,
} from './suspense.schema.js';
import { suspenseDetail, suspenseRow } from './suspense.view.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Requires('suspense.read')
@Controller('api/v1/admin/suspense')
export class SuspenseController {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @Get()
  @ApiOperation({ summary: 'Money that arrived wrongly, newest first' })
  @ApiOkResponse({ standardSchema: suspensePageSchema })
  async list(
    @Query({ schema: suspenseListSchema }) { kind, status, ...range }: SuspenseListQuery,
  ): Promise<SuspensePage> {
    const query = this.dataSource.createQueryBuilder(SuspenseItem, 's');
    if (kind !== undefined) query.andWhere('s.kind = :kind', { kind });
    if (status !== undefined) query.andWhere('s.status = :status', { status });
    const { rows, nextCursor } = await newestPage(query, 'createdAt', range);
    return { items: rows.map(suspenseRow), nextCursor };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One of them, with what WeChat reported' })
  @ApiOkResponse({ standardSchema: suspenseDetailSchema })
  async detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<SuspenseDetail> {
    const item = isUuid(id) ? await this.dataSource.manager.findOneBy(SuspenseItem, { id }) : null;
    if (item === null) throw new Problem('SUSPENSE_NOT_FOUND', 'There is no such item.');
    return suspenseDetail(item);
  }
}
