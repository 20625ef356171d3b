import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import { InboxDeskService } from './inbox-desk.service.js';
import {
  inboxDetailSchema,
  inboxListSchema,
  inboxPageSchema,
  type InboxDetail,
  type InboxListQuery,
  type InboxPage,
} from './inbox.schema.js';
import { ReplayService } from './replay.service.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/notifications')
export class InboxController {
  constructor(
    private readonly inbox: InboxDeskService,
    private readonly replays: ReplayService,
  ) {}

  @Get()
  @Requires('notifications.read')
  @ApiOperation({ summary: 'Notifications with their verdicts, newest first' })
  @ApiOkResponse({ standardSchema: inboxPageSchema })
  list(@Query({ schema: inboxListSchema }) query: InboxListQuery): Promise<InboxPage> {
    return this.inbox.list(query);
  }

  @Get(':id')
  @Requires('notifications.read')
  @ApiOperation({ summary: 'One notification with its message, openids masked and the signature left out' })
  @ApiOkResponse({ standardSchema: inboxDetailSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<InboxDetail> {
    return this.inbox.view(id);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Requires('notifications.replay')
  @ApiOperation({
    summary: 'Decide a verified notification once more, from its bytes',
    description:
      'Everything is checked again, as if WeChat had sent it now; a payment already settled stays as it is (`DUPLICATE`). Answers the new row of the inbox. Unverified messages are a 409 `NOTIFICATION_NOT_REPLAYABLE`.',
  })
  @ApiOkResponse({ standardSchema: inboxDetailSchema })
  replay(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<InboxDetail> {
    return this.replays.replay(id, { operator, origin });
  }
}
