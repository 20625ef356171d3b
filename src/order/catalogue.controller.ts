import { Controller, Get, Query } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Repository } from 'typeorm';
import { z } from 'zod';
import { fenSchema } from '../common/fen.js';
import { decodeCursor, page } from '../common/http/cursor.js';
import { Product } from './product.entity.js';

const listSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(256).optional(),
});
type ListQuery = z.infer<typeof listSchema>;

const productSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  priceFen: fenSchema,
  stock: z.int(),
  imageUrl: z.string().nullable(),
});
const productPageSchema = z.object({ items: z.array(productSchema), nextCursor: z.string().nullable() });

@ApiTags('buyer')
@Controller('api/v1/products')
export class CatalogueController {
  constructor(@InjectRepository(Product) private readonly products: Repository<Product>) {}

  @Get()
  @ApiOperation({ summary: 'Products on sale, newest first' })
  @ApiOkResponse({ standardSchema: productPageSchema })
  async list(
    @Query({ schema: listSchema }) { limit, cursor }: ListQuery,
  ): Promise<z.infer<typeof productPageSchema>> {
    const query = this.products
      .createQueryBuilder('p')
      .where('p.active')
      .orderBy({ 'p.createdAt': 'DESC', 'p.id': 'DESC' })
      .limit(limit + 1);
    if (cursor !== undefined) query.andWhere('(p.createdAt, p.id) < (:createdAt, :id)', decodeCursor(cursor));
    const { rows, nextCursor } = page(await query.getMany(), limit);
    return {
      items: rows.map(({ id, name, description, priceFen, stock, imageUrl }) => ({
        id,
        name,
        description,
        priceFen,
        stock,
        imageUrl,
      })),
      nextCursor,
    };
  }
}
