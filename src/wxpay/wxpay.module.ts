import { Module } from '@nestjs/common';
import { AccountCertificates } from './account-certificates.js';
import { MerchantAccounts } from './merchant-accounts.js';
import { V1Protocol } from './v1/v1.protocol.js';
import { V2Bills } from './v2/v2.bills.js';
import { V2Call } from './v2/v2.call.js';
import { V2Protocol } from './v2/v2.protocol.js';
import { V2SigningKeys } from './v2/v2.signing-keys.js';
import { PlatformCertificates } from './v3/platform-certificates.js';
import { V3Bills } from './v3/v3.bills.js';
import { V3Call } from './v3/v3.call.js';
import { V3Credentials } from './v3/v3.credentials.js';
import { V3Keys } from './v3/v3.keys.js';
import { V3Protocol } from './v3/v3.protocol.js';
import { V3Request } from './v3/v3.request.js';
import { WxPayHttp } from './wxpay.http.js';
import { WxPayService } from './wxpay.service.js';

/** Exports the shared WxPayService, and what people may know about the accounts. */
@Module({
  providers: [
    AccountCertificates,
    MerchantAccounts,
    WxPayHttp,
    V1Protocol,
    V2SigningKeys,
    V2Call,
    V2Bills,
    V2Protocol,
    V3Credentials,
    V3Request,
    PlatformCertificates,
    V3Keys,
    V3Call,
    V3Bills,
    V3Protocol,
    WxPayService,
  ],
  exports: [AccountCertificates, MerchantAccounts, WxPayService],
})
export class WxPayModule {}
