import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Buyer } from '../../buyer/buyer.entity.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { run, statement } from '../../database/sql.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { Requires } from '../../operator/requires.js';
import { instant, newestPage, pageFields, periodFields } from '../list-query.js';
import { maskOpenid } from '../masked.js';

const listSchema = z.strictObject({ ...periodFields, ...pageFields });
type ListQuery = z.infer<typeof listSchema>;

const pageSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      openid: z.string().describe('masked: its last characters only'),
      orders: z.int().describe('how many orders, paid or not'),
      createdAt: instant,
      lastLoginAt: instant,
    }),
  ),
  nextCursor: z.string().nullable(),
});
type Page = z.infer<typeof pageSchema>;

const COUNT_ORDERS = statement(
  'count-orders-of-buyers',
  'SELECT buyer_id AS id, count(*) AS orders FROM orders WHERE buyer_id = ANY($1::uuid[]) GROUP BY buyer_id',
);

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Requires('buyers.read')
@Controller('api/v1/admin/buyers')
export class StaffBuyerController {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @Get()
  @ApiOperation({ summary: 'Buyers, newest first; their openids stay on the server' })
  @ApiOkResponse({ standardSchema: pageSchema })
  async list(@Query({ schema: listSchema }) range: ListQuery): Promise<Page> {
    const query = this.dataSource.createQueryBuilder(Buyer, 'b');
    const { rows, nextCursor } = await newestPage(query, 'createdAt', range);
    const counts = await run<{ id: string; orders: number }>(this.dataSource.manager, COUNT_ORDERS, [
      rows.map(({ id }) => id),
    ]);
    const orders = new Map(counts.map((count) => [count.id, count.orders]));
    return {
      items: rows.map(({ id, openid, createdAt, lastLoginAt }) => ({
        id,
        openid: maskOpenid(openid),
        orders: orders.get(id) ?? 0,
        createdAt: toBeijingIso(createdAt),
        lastLoginAt: toBeijingIso(lastLoginAt),
      })),
      nextCursor,
    };
  }
}
