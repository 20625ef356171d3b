import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { NotifyRefusal } from './notify-refusal.js';
import { rawNotification, type NotifyRequest } from './notification.guard.js';

/** Whatever goes wrong while a notification is handled is answered as FAIL with an error status, never as success: WeChat repeats it (M-01, DESIGN §6.8). */
@Catch()
export class NotifyReplyFilter implements ExceptionFilter {
  private readonly logger = new Logger('notify');

  constructor(private readonly wxpay: WxPayService) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<NotifyRequest>();
    const refusal =
      thrown instanceof NotifyRefusal ? thrown : new NotifyRefusal(503, 'not decided, send again');
    const context = { account: request.params.account, ip: request.ip };
    if (!refusal.alarming) this.logger.log(`refused: ${refusal.words}`, context);
    else if (refusal === thrown) this.logger.warn(`refused: ${refusal.words}`, context);
    else this.logger.error('a notification could not be decided', { ...context, cause: thrown });
    const raw = rawNotification(request, new Date());
    const reply = this.wxpay.notificationReply(raw, false, refusal.words);
    void http
      .getResponse<FastifyReply>()
      .code(refusal.status)
      .header('Content-Type', reply.contentType)
      .send(reply.body);
  }
}
