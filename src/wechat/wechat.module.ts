import { Module } from '@nestjs/common';
import { CodeToSession } from './code-to-session.js';

@Module({ providers: [CodeToSession], exports: [CodeToSession] })
export class WechatModule {}
