import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WechatModule } from '../wechat/wechat.module.js';
import { Buyer } from './buyer.entity.js';
import { BuyerGuard } from './buyer.guard.js';
import { BuyerService } from './buyer.service.js';
import { BuyerToken } from './buyer-token.js';
import { LoginController } from './login.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([Buyer]), WechatModule],
  controllers: [LoginController],
  providers: [BuyerService, BuyerToken, BuyerGuard],
  exports: [BuyerService, BuyerToken, BuyerGuard],
})
export class BuyerModule {}
