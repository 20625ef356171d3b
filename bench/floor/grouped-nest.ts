import {
  Controller,
  Header,
  HttpCode,
  Module,
  Post,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { NOTIFY_PATH } from '../merchant.js';
import { setting } from './floor-server.js';
import { believe, OK, settle, type Notice } from './grouped-notices.js';

/** Program: as `grouped-floor.ts`, behind a hollow Nest application: one guard, one controller. What the framework costs by itself. */

type Believed = FastifyRequest & { notice?: Notice };

class SignatureGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Believed>();
    const notice = believe(request.body as Buffer);
    if (notice === undefined) return false;
    request.notice = notice;
    return true;
  }
}

@Controller()
class NotificationController {
  @Post(NOTIFY_PATH)
  @HttpCode(200)
  @Header('Content-Type', 'text/xml')
  @UseGuards(SignatureGuard)
  async payment(@Req() { notice }: Believed): Promise<string> {
    if (notice !== undefined) await settle(notice);
    return OK;
  }
}

@Module({ controllers: [NotificationController] })
class HollowModule {}

const adapter = new FastifyAdapter();
const app = await NestFactory.create<NestFastifyApplication>(HollowModule, adapter, {
  bodyParser: false,
  logger: false,
});
adapter
  .getInstance()
  .addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
await app.listen(Number(setting('PORT')), '127.0.0.1');
console.log('listening on');
process.on('SIGTERM', () => process.exit(0));
