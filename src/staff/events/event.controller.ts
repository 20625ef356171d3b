import { Controller, Get, Headers, Res, StreamableFile, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { Requires } from '../../operator/requires.js';
import { feedEventSchema } from './event.schema.js';
import { EventStreamService } from './event-stream.service.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Controller('api/v1/admin/events')
export class EventController {
  constructor(private readonly streams: EventStreamService) {}

  @Get()
  @Requires('orders.read')
  @ApiOperation({
    summary:
      'What happens in the shop, as server-sent events; resumes after Last-Event-ID without gap or repetition',
    description:
      'Begins with `start`, `resume`, or `reset`: then too much was missed, and lists are to be read anew. Ends with the session.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'the id of the last event received' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: '`data` of each event', standardSchema: feedEventSchema })
  follow(
    @CurrentOperator() { sessionId }: OperatorPrincipal,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): StreamableFile {
    // Proxies that gather answers (nginx) would hold events back.
    void reply.header('X-Accel-Buffering', 'no');
    return new StreamableFile(
      Readable.from(this.streams.follow(sessionId, lastEventId), { highWaterMark: 1 }),
      { type: 'text/event-stream; charset=utf-8' },
    );
  }
}
