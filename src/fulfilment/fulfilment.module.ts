import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BuyerModule } from '../buyer/buyer.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { DeliverNotify } from './deliver-notify/deliver-notify.js';
import { EffectAttempt } from './effect/effect-attempt.entity.js';
import { EFFECT_KINDS, type EffectKind } from './effect/effect-kind.js';
import { EffectPlanner } from './effect/effect-planner.js';
import { EffectWorker } from './effect/effect-worker.js';
import { Effect } from './effect/effect.entity.js';
import { EffectService } from './effect/effect.service.js';
import { OperatorModule } from '../operator/operator.module.js';
import { FeieCloud } from './printer/feie.cloud.js';
import { PRINTER_CLOUD } from './printer/printer-cloud.js';
import { Printer } from './printer/printer.entity.js';
import { PrinterService } from './printer/printer.service.js';
import { ReceiptPrint } from './printer/receipt-print.js';
import { SentPrint } from './printer/sent-print.entity.js';
import { SentPrints } from './printer/sent-prints.js';
import { WechatModule } from '../wechat/wechat.module.js';
import { WxPayModule } from '../wxpay/wxpay.module.js';
import { SubscribeMessage } from './message/subscribe-message.js';
import { ShippingUpload } from './shipping-upload/shipping-upload.js';
import { WebhookDelivery } from './webhook/webhook-delivery.js';
import { WebhookEndpoint } from './webhook/webhook-endpoint.entity.js';
import { WebhookEndpointService } from './webhook/webhook-endpoint.service.js';
import { WebhookHttp } from './webhook/webhook.http.js';

/** Every kind of effect there is; a new one is a provider and a place in this list. */
const KINDS: (new (...dependencies: never[]) => EffectKind)[] = [
  ReceiptPrint,
  ShippingUpload,
  DeliverNotify,
  SubscribeMessage,
  WebhookDelivery,
];

@Module({
  imports: [
    TypeOrmModule.forFeature([Effect, EffectAttempt, WebhookEndpoint, Printer, SentPrint]),
    BuyerModule,
    JobsModule,
    OperatorModule,
    WechatModule,
    WxPayModule,
  ],
  providers: [
    EffectPlanner,
    EffectService,
    EffectWorker,
    PrinterService,
    SentPrints,
    WebhookEndpointService,
    WebhookHttp,
    // Another cloud takes this place by implementing the same port.
    { provide: PRINTER_CLOUD, useClass: FeieCloud },
    ...KINDS,
    { provide: EFFECT_KINDS, inject: KINDS, useFactory: (...kinds: EffectKind[]) => kinds },
  ],
  exports: [EffectService, EffectWorker, PRINTER_CLOUD, PrinterService, ReceiptPrint, WebhookEndpointService],
})
export class FulfilmentModule {}
