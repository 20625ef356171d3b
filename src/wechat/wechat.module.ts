import { Module } from '@nestjs/common';
import { AccessTokenService } from './access-token.service.js';
import { CodeToSession } from './code-to-session.js';
import { StableToken } from './stable-token.js';
import { WechatApi } from './wechat-api.js';
import { WechatHttp } from './wechat.http.js';

@Module({
  providers: [AccessTokenService, CodeToSession, StableToken, WechatApi, WechatHttp],
  exports: [CodeToSession, WechatApi],
})
export class WechatModule {}
