import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BuyerGuard } from '../../buyer/buyer.guard.js';
import { BuyerId } from '../../common/http/principal.js';
import {
  couponListSchema,
  couponPageSchema,
  type CouponListQuery,
  type CouponPage,
} from './coupon.schema.js';
import { CouponService } from './coupon.service.js';

@ApiTags('buyer')
@ApiBearerAuth()
@UseGuards(BuyerGuard)
@Controller('api/v1/coupons')
export class BuyerCouponController {
  constructor(private readonly coupons: CouponService) {}

  @Get()
  @ApiOperation({
    summary: 'Coupons I could use now, newest first: those for everybody and my own; mind minTotalFen',
  })
  @ApiOkResponse({ standardSchema: couponPageSchema })
  list(
    @BuyerId() buyerId: string,
    @Query({ schema: couponListSchema }) query: CouponListQuery,
  ): Promise<CouponPage> {
    return this.coupons.usable(buyerId, query);
  }
}
