import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { BuyerId } from '../../common/http/principal.js';
import { Problem } from '../../common/http/problem.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { MESSAGES, type MessageName } from '../../config/message-template.js';
import { BuyerGuard } from '../buyer.guard.js';
import { SubscriptionService, type Subscription } from './subscription.service.js';

/** WeChat asks about three templates at once, five at most. */
const MOST_TEMPLATES = 10;

const answersSchema = z
  .object({ errMsg: z.string().max(128).optional() })
  .catchall(z.enum(['accept', 'acceptWithAlert', 'acceptWithAudio', 'reject', 'ban', 'filter']))
  .refine((answers) => Object.keys(answers).length <= MOST_TEMPLATES, 'too many templates')
  .describe('template id → answer, exactly what wx.requestSubscribeMessage gave');
type Answers = z.infer<typeof answersSchema>;

const subscriptionsSchema = z.object({
  items: z.array(
    z.object({
      message: z.enum(Object.keys(MESSAGES) as [MessageName, ...MessageName[]]),
      templateId: z.string().describe('to be asked for with wx.requestSubscribeMessage'),
      remaining: z.int().describe('messages still allowed, as far as the mini-program has told'),
      refused: z.boolean().describe('the newest answer was no'),
    }),
  ),
});

@ApiTags('buyer')
@ApiBearerAuth()
@UseGuards(BuyerGuard)
@Idempotent()
@Controller('api/v1/me/subscriptions')
export class SubscriptionController {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly subscriptions: SubscriptionService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The messages I can get from the shop, and what I have allowed' })
  @ApiOkResponse({ standardSchema: subscriptionsSchema })
  async list(@BuyerId() buyerId: string): Promise<{ items: Subscription[] }> {
    return { items: await this.subscriptions.list(buyerId) };
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Report what wx.requestSubscribeMessage answered; each accept allows one message',
  })
  @ApiOkResponse({ standardSchema: subscriptionsSchema })
  async answer(
    @BuyerId() buyerId: string,
    @Body({ schema: answersSchema }) answers: Answers,
  ): Promise<{ items: Subscription[] }> {
    const templates = Object.entries(answers).filter(([templateId]) => templateId !== 'errMsg');
    const foreign = templates.filter(([templateId]) => !this.subscriptions.knows(templateId));
    if (foreign.length > 0) {
      throw new Problem('VALIDATION_FAILED', 'The shop has no such template.', {
        errors: foreign.map(([field]) => ({ field, message: 'is no template of this shop' })),
      });
    }
    const given = templates.map(([templateId, answer]) => {
      const accepted = answer?.startsWith('accept') === true;
      return { templateId, accepted, granted: accepted ? 1 : 0 };
    });
    await this.subscriptions.answer(this.dataSource.manager, buyerId, given);
    return this.list(buyerId);
  }
}
