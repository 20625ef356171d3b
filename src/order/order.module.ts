import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BuyerModule } from '../buyer/buyer.module.js';
import { CatalogueController } from './catalogue.controller.js';
import { OrderController } from './order.controller.js';
import { OrderItem } from './order-item.entity.js';
import { Order } from './order.entity.js';
import { OrderService } from './order.service.js';
import { Product } from './product.entity.js';
import { StockService } from './stock.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Product, Order, OrderItem]), BuyerModule],
  controllers: [CatalogueController, OrderController],
  providers: [OrderService, StockService],
  exports: [OrderService],
})
export class OrderModule {}
