import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { ResourceId } from '../../common/idempotency/resource-id.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import { ProductDeskService } from './product-desk.service.js';
import {
  newProductSchema,
  productChangeSchema,
  staffProductListSchema,
  staffProductPageSchema,
  staffProductSchema,
  type NewProduct,
  type ProductChange,
  type StaffProductListQuery,
  type StaffProductPage,
  type StaffProductView,
} from './product.schema.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/products')
export class StaffProductController {
  constructor(private readonly desk: ProductDeskService) {}

  @Get()
  @Requires('products.read')
  @ApiOperation({ summary: 'Products, newest first, with those that are not on sale' })
  @ApiOkResponse({ standardSchema: staffProductPageSchema })
  list(@Query({ schema: staffProductListSchema }) query: StaffProductListQuery): Promise<StaffProductPage> {
    return this.desk.list(query);
  }

  @Get(':id')
  @Requires('products.read')
  @ApiOperation({ summary: 'One product' })
  @ApiOkResponse({ standardSchema: staffProductSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<StaffProductView> {
    return this.desk.find(id);
  }

  @Post()
  @Requires('products.manage')
  @ApiOperation({ summary: 'Create a product' })
  @ApiCreatedResponse({ standardSchema: staffProductSchema })
  async create(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @ResourceId() id: string,
    @Body({ schema: newProductSchema }) wanted: NewProduct,
  ): Promise<StaffProductView> {
    await this.desk.create(id, wanted, { operator, origin });
    return this.desk.find(id);
  }

  @Patch(':id')
  @Requires('products.manage')
  @ApiOperation({ summary: 'Change a product for orders to come; those already made keep their price' })
  @ApiOkResponse({ standardSchema: staffProductSchema })
  async change(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: productChangeSchema }) change: ProductChange,
  ): Promise<StaffProductView> {
    await this.desk.change(id, change, { operator, origin });
    return this.desk.find(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('products.manage')
  @ApiOperation({ summary: 'Delete a product; one that orders name is only taken off sale' })
  @ApiNoContentResponse()
  remove(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<void> {
    return this.desk.remove(id, { operator, origin });
  }
}
