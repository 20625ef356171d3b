import { Global, Module } from '@nestjs/common';
import { AppApi } from '../wxpay/v1/app-api.js';
import { AccessTokenService } from './access-token.service.js';
import { LoginCode } from './login-code.js';
import { StableToken } from './stable-token.js';
import { WechatApi } from './wechat-api.js';
import { WechatHttp } from './wechat.http.js';

/** Global for `AppApi`: wxpay/ asks for it without knowing who provides it. */
@Global()
@Module({
  providers: [
    AccessTokenService,
    LoginCode,
    StableToken,
    WechatApi,
    WechatHttp,
    { provide: AppApi, useExisting: WechatApi },
  ],
  exports: [AppApi, LoginCode, WechatApi],
})
export class WechatModule {}
