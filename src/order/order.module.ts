import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BuyerModule } from '../buyer/buyer.module.js';
import { OperatorModule } from '../operator/operator.module.js';
import { CatalogueController } from './catalogue.controller.js';
import { BuyerCouponController } from './coupon/buyer-coupon.controller.js';
import { CouponDeskService } from './coupon/coupon-desk.service.js';
import { CouponEditingService } from './coupon/coupon-editing.service.js';
import { CouponUse } from './coupon/coupon-use.entity.js';
import { Coupon } from './coupon/coupon.entity.js';
import { CouponService } from './coupon/coupon.service.js';
import { StaffCouponController } from './coupon/staff-coupon.controller.js';
import { OrderController } from './order.controller.js';
import { OrderCreationService } from './order-creation.service.js';
import { OrderItem } from './order-item.entity.js';
import { Order } from './order.entity.js';
import { OrderService } from './order.service.js';
import { Product } from './product.entity.js';
import { ProductDeskService } from './product/product-desk.service.js';
import { StaffProductController } from './product/staff-product.controller.js';
import { StockService } from './stock.service.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Product, Order, OrderItem, Coupon, CouponUse]),
    BuyerModule,
    OperatorModule,
  ],
  controllers: [
    CatalogueController,
    OrderController,
    BuyerCouponController,
    StaffCouponController,
    StaffProductController,
  ],
  providers: [
    OrderService,
    OrderCreationService,
    StockService,
    CouponService,
    CouponDeskService,
    CouponEditingService,
    ProductDeskService,
  ],
  exports: [OrderService, OrderCreationService, CouponService],
})
export class OrderModule {}
