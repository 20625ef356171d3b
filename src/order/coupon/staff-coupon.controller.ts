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
import { CouponDeskService } from './coupon-desk.service.js';
import { CouponEditingService } from './coupon-editing.service.js';
import {
  couponChangeSchema,
  newCouponSchema,
  staffCouponListSchema,
  staffCouponPageSchema,
  staffCouponSchema,
  type CouponChange,
  type NewCoupon,
  type StaffCouponListQuery,
  type StaffCouponPage,
  type StaffCouponView,
} from './coupon.schema.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/coupons')
export class StaffCouponController {
  constructor(
    private readonly desk: CouponDeskService,
    private readonly editing: CouponEditingService,
  ) {}

  @Get()
  @Requires('coupons.read')
  @ApiOperation({ summary: 'Coupons, newest first, with how many orders hold and have used them' })
  @ApiOkResponse({ standardSchema: staffCouponPageSchema })
  list(@Query({ schema: staffCouponListSchema }) query: StaffCouponListQuery): Promise<StaffCouponPage> {
    return this.desk.list(query);
  }

  @Get(':id')
  @Requires('coupons.read')
  @ApiOperation({ summary: 'One coupon' })
  @ApiOkResponse({ standardSchema: staffCouponSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<StaffCouponView> {
    return this.desk.find(id);
  }

  @Post()
  @Requires('coupons.manage')
  @ApiOperation({ summary: 'Create a coupon: a fixed amount or a percentage, for everybody or one buyer' })
  @ApiCreatedResponse({ standardSchema: staffCouponSchema })
  async create(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @ResourceId() id: string,
    @Body({ schema: newCouponSchema }) wanted: NewCoupon,
  ): Promise<StaffCouponView> {
    await this.editing.create(id, wanted, { operator, origin });
    return this.desk.find(id);
  }

  @Patch(':id')
  @Requires('coupons.manage')
  @ApiOperation({ summary: 'Change a coupon for orders to come; those already made keep their discount' })
  @ApiOkResponse({ standardSchema: staffCouponSchema })
  async change(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: couponChangeSchema }) change: CouponChange,
  ): Promise<StaffCouponView> {
    await this.editing.change(id, change, { operator, origin });
    return this.desk.find(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('coupons.manage')
  @ApiOperation({
    summary: 'Delete a coupon; one that orders name stays in the list and is only made inactive',
  })
  @ApiNoContentResponse()
  remove(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<void> {
    return this.editing.remove(id, { operator, origin });
  }
}
