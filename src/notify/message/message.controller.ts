import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OVERSIZE } from '../../common/http/body-parsers.js';
import { Problem } from '../../common/http/problem.js';
import { MessagePushService } from './message-push.service.js';

/** What is absent cannot be right: it is refused like a wrong signature. */
const querySchema = z.object({
  signature: z.string().max(64).default('').describe('sha1 of token, timestamp and nonce, sorted'),
  timestamp: z.string().max(32).default(''),
  nonce: z.string().max(64).default(''),
  encrypt_type: z.string().max(16).default('').describe('aes in the compatible and the safe mode'),
  msg_signature: z
    .string()
    .max(64)
    .default('')
    .describe('with encrypt_type=aes, over the cipher text as well'),
});
const checkSchema = querySchema.extend({ echostr: z.string().max(1024).default('') });
type PushQuery = z.infer<typeof querySchema>;
type CheckQuery = z.infer<typeof checkSchema>;

@ApiTags('wechat')
@Controller('notify/wechat/message')
export class MessageController {
  constructor(private readonly messages: MessagePushService) {}

  @Get()
  @ApiOperation({ summary: 'WeChat checks the address of the message push; answers echostr' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  check(
    @Query({ schema: checkSchema }) query: CheckQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    this.messages.checkAddress(query);
    reply.type('text/plain; charset=utf-8');
    return query.echostr;
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Message push of the official account or mini-program',
    description:
      'XML or JSON, plain, compatible or safe mode. An order number (`查单 <number>` or the number alone) is answered with its state to its own buyer; events cause questions to WeChat. Without WECHAT_MESSAGE_TOKEN 404; a wrong signature 401; another app’s message, or an encrypted one without WECHAT_ENCODING_AES_KEY, 403.',
  })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  async receive(
    @Query({ schema: querySchema }) query: PushQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { body, ip } = request;
    if (body === OVERSIZE) throw new Problem('PAYLOAD_TOO_LARGE', 'A message may have a megabyte.');
    const answer = await this.messages.receive(query, Buffer.isBuffer(body) ? body : Buffer.alloc(0), ip);
    reply.type(answer.contentType);
    return answer.body;
  }
}
