import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import {
  newWebhookSchema,
  rotationSchema,
  webhookChangeSchema,
  webhookSchema,
  webhookWithSecretSchema,
  type NewWebhook,
  type Rotation,
  type WebhookChange,
  type WebhookView,
  type WebhookWithSecret,
} from '../../fulfilment/webhook/webhook-endpoint.schema.js';
import { WebhookEndpointService } from '../../fulfilment/webhook/webhook-endpoint.service.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import { WebhookDeskService } from './webhook-desk.service.js';
import {
  deliveryListSchema,
  deliveryPageSchema,
  deliveryParamSchema,
  deliverySchema,
  webhookListSchema,
  webhookPageSchema,
  type DeliveryListQuery,
  type DeliveryPage,
  type DeliveryParam,
  type DeliveryView,
  type WebhookListQuery,
  type WebhookPage,
} from './webhook.schema.js';

/** Endpoints of the shop's other systems. Routes that show a secret take no Idempotency-Key (DESIGN §6.4). */
@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Controller('api/v1/admin/webhooks')
export class WebhookController {
  constructor(
    private readonly endpoints: WebhookEndpointService,
    private readonly desk: WebhookDeskService,
  ) {}

  @Get()
  @Requires('webhooks.read')
  @ApiOperation({ summary: 'Endpoints that are told of events, newest first' })
  @ApiOkResponse({ standardSchema: webhookPageSchema })
  list(@Query({ schema: webhookListSchema }) query: WebhookListQuery): Promise<WebhookPage> {
    return this.desk.list(query);
  }

  @Get(':id')
  @Requires('webhooks.read')
  @ApiOperation({ summary: 'One endpoint, without its secret' })
  @ApiOkResponse({ standardSchema: webhookSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<WebhookView> {
    return this.endpoints.view(id);
  }

  @Post()
  @Requires('webhooks.manage')
  @ApiOperation({
    summary: 'Have another system told of events',
    description:
      'Answers the secret, this once. Messages follow Standard Webhooks: JSON, HMAC-SHA256 over id, timestamp and body; see docs/webhooks.md.',
  })
  @ApiCreatedResponse({ standardSchema: webhookWithSecretSchema })
  create(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Body({ schema: newWebhookSchema }) wanted: NewWebhook,
  ): Promise<WebhookWithSecret> {
    return this.endpoints.create(wanted, operator, origin);
  }

  @Patch(':id')
  @Idempotent()
  @Requires('webhooks.manage')
  @ApiOperation({ summary: 'Change address, events or description, or switch it off' })
  @ApiOkResponse({ standardSchema: webhookSchema })
  change(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: webhookChangeSchema }) change: WebhookChange,
  ): Promise<WebhookView> {
    return this.endpoints.change(id, change, operator, origin);
  }

  @Delete(':id')
  @HttpCode(204)
  @Idempotent()
  @Requires('webhooks.manage')
  @ApiOperation({ summary: 'Forget the endpoint; what was not delivered yet is not delivered any more' })
  @ApiNoContentResponse()
  remove(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<void> {
    return this.endpoints.remove(id, operator, origin);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Requires('webhooks.manage')
  @ApiOperation({ summary: 'Make a new secret; the old one signs beside it for a while' })
  @ApiOkResponse({ standardSchema: webhookWithSecretSchema })
  rotate(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: rotationSchema }) rotation: Rotation,
  ): Promise<WebhookWithSecret> {
    return this.endpoints.rotate(id, rotation, operator, origin);
  }

  @Get(':id/deliveries')
  @Requires('webhooks.read')
  @ApiOperation({ summary: 'What was sent to the endpoint, with every try and its answer, newest first' })
  @ApiOkResponse({ standardSchema: deliveryPageSchema })
  deliveries(
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Query({ schema: deliveryListSchema }) query: DeliveryListQuery,
  ): Promise<DeliveryPage> {
    return this.desk.deliveries(id, query);
  }

  @Post(':id/deliveries/:deliveryId/replay')
  @HttpCode(200)
  @Idempotent()
  @Requires('effects.replay')
  @ApiOperation({ summary: 'Send a message again, now: the same id, the same bytes, a new signature' })
  @ApiOkResponse({ standardSchema: deliverySchema })
  replay(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: deliveryParamSchema }) { id, deliveryId }: DeliveryParam,
  ): Promise<DeliveryView> {
    return this.desk.replay(id, deliveryId, { operator, origin });
  }
}
