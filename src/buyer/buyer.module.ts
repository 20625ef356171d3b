import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RateLimits } from '../common/http/rate-limits.js';
import { WechatModule } from '../wechat/wechat.module.js';
import { Buyer } from './buyer.entity.js';
import { BuyerGuard } from './buyer.guard.js';
import { BuyerService } from './buyer.service.js';
import { BuyerToken } from './buyer-token.js';
import { SubscriptionController } from './subscription/subscription.controller.js';
import { SubscriptionService } from './subscription/subscription.service.js';
import { LoginController } from './login.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([Buyer]), WechatModule],
  controllers: [LoginController, SubscriptionController],
  providers: [BuyerService, BuyerToken, BuyerGuard, RateLimits, SubscriptionService],
  exports: [BuyerService, BuyerToken, BuyerGuard, RateLimits, SubscriptionService],
})
export class BuyerModule {}
