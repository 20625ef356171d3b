import { Module } from '@nestjs/common';
import { MerchantAccounts } from './merchant-accounts.js';
import { V2Call } from './v2/v2.call.js';
import { V2Protocol } from './v2/v2.protocol.js';
import { WxPayHttp } from './wxpay.http.js';
import { WxPayService } from './wxpay.service.js';

/** Exports the shared WxPayService and nothing else. */
@Module({
  providers: [MerchantAccounts, WxPayHttp, V2Call, V2Protocol, WxPayService],
  exports: [WxPayService],
})
export class WxPayModule {}
