import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { PushFields } from '../mini-program/push-body.js';
import type { Shipment } from '../mini-program/shipments.js';
import { TEMPLATES } from '../mini-program/templates.js';
import type { World } from '../world.js';
import { ControlError, readInput } from './input.js';
import { isoTime } from './views.js';

const tokensInput = z.strictObject({
  /** Ends every token of the app with this errcode. */
  refuseWith: z.union([z.literal(40001), z.literal(40014), z.literal(42001)]).optional(),
  /** WeChat goes on handing out the refused token until it is forced to make another. */
  stuck: z.boolean().default(false),
  /** null: WeChat's own quota again. */
  quotaPerDay: z.int().min(0).nullable().optional(),
});
const consentInput = z.strictObject({
  openid: z.string().min(1).max(128),
  /** Every template by default. */
  templateId: z.string().optional(),
  result: z.enum(['accept', 'reject', 'ban']).default('accept'),
  /** How often he taps. */
  times: z.int().min(1).max(100).default(1),
});
const pushSettings = {
  url: z.url({ protocol: /^https?$/ }).optional(),
  mode: z.enum(['plain', 'compatible', 'safe']).optional(),
  format: z.enum(['xml', 'json']).optional(),
};
const pushSettingsInput = z.strictObject(pushSettings);
const fieldsInput = z.record(z.string(), z.json());
const messageInput = z
  .strictObject({
    ...pushSettings,
    openid: z.string().min(1).max(128),
    /** What the user writes, or … */
    text: z.string().optional(),
    /** … the fields of an event, `Event` among them. */
    event: fieldsInput.optional(),
    /** The same again is WeChat's repetition. */
    msgId: z.string().optional(),
    /** Fields to replace. */
    fields: fieldsInput.default({}),
    appId: z.string().optional(),
    spoil: z.enum(['signature', 'msgSignature', 'cipher']).optional(),
  })
  .refine(({ text, event }) => (text === undefined) !== (event === undefined), 'either text or event');
const shippingInput = z.strictObject({ ingestSeconds: z.number().min(0).max(864_000) });
const confirmInput = z.strictObject({ method: z.union([z.literal(1), z.literal(2)]).default(2) });

/** Levers of api.weixin.qq.com, all about the first account's mini-program. */
export function weixinRoutes(app: FastifyInstance, world: World): void {
  const miniProgram = world.merchants.appOfKind('miniProgram');
  const { appId } = miniProgram;
  const { accessTokens, subscriptions, shipments, shippingSettings, messagePush } = world.miniProgram;

  app.get('/_sim/access-tokens', () => accessTokens.account(appId));
  app.post('/_sim/access-tokens', (request) => {
    const { refuseWith, stuck, quotaPerDay } = readInput(tokensInput, request.body);
    if (refuseWith !== undefined) accessTokens.refuse(appId, refuseWith, stuck);
    if (quotaPerDay !== undefined) accessTokens.setQuota(appId, quotaPerDay ?? undefined);
    return accessTokens.account(appId);
  });

  app.get('/_sim/templates', () => ({
    items: TEMPLATES.map(({ id, title, keywords }) => ({ id, title, keywords })),
  }));
  // What the phone's wx.requestSubscribeMessage gives to the mini-program.
  app.post('/_sim/subscriptions', (request) => {
    const { openid, templateId, result, times } = readInput(consentInput, request.body);
    const asked = TEMPLATES.filter(({ id }) => templateId === undefined || id === templateId);
    for (const { id } of asked) subscriptions.answer(openid, id, result, times);
    return {
      errMsg: 'requestSubscribeMessage:ok',
      ...Object.fromEntries(asked.map(({ id }) => [id, result])),
    };
  });
  app.get('/_sim/messages', () => ({
    items: subscriptions.messages().map(({ sentAt, ...message }) => ({
      ...message,
      title: TEMPLATES.find(({ id }) => id === message.templateId)?.title,
      sentAt: isoTime(sentAt),
    })),
  }));

  app.get('/_sim/shipments', () => ({ items: shipments.all().map(shipmentView) }));
  app.post('/_sim/shipments', (request) => {
    shippingSettings.change(readInput(shippingInput, request.body).ingestSeconds);
    return { ingestSeconds: shippingSettings.ingestSeconds };
  });
  app.post<{ Params: { id: string } }>('/_sim/shipments/:id/confirm', (request) => {
    const { method } = readInput(confirmInput, request.body ?? {});
    const shipment = shipments.of(request.params.id);
    if (!shipment?.allDelivered) throw new ControlError(404, 'NOT_FOUND', 'nothing is shipped', 'id');
    return shipmentView(shipments.confirm(shipment, method));
  });

  app.get('/_sim/message-push', () => messagePush.current);
  app.post('/_sim/message-push', (request) => {
    const changes = readInput(pushSettingsInput, request.body);
    return messagePush.change(
      Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
    );
  });
  app.get('/_sim/message-pushes', () => ({ items: messagePush.all() }));
  app.post('/_sim/message', (request) => {
    const { openid, text, event, msgId, fields, url, mode, format, spoil, ...rest } = readInput(
      messageInput,
      request.body,
    );
    const content: PushFields =
      text !== undefined
        ? { Content: text, MsgId: msgId ?? String(Date.now() * 1000) }
        : ((event ?? {}) as PushFields);
    const message = {
      ...messagePush.envelope(openid, text !== undefined ? 'text' : 'event'),
      ...content,
      ...(fields as PushFields),
    };
    return messagePush.send(miniProgram, message, {
      ...(url !== undefined && { url }),
      ...(mode !== undefined && { mode }),
      ...(format !== undefined && { format }),
      ...(spoil !== undefined && { spoil }),
      ...(rest.appId !== undefined && { appId: rest.appId }),
    });
  });
}

function shipmentView({ shippedAt, confirmedAt, uploadTime, uploads, ...shipment }: Shipment): object {
  return {
    ...shipment,
    uploadTime: isoTime(uploadTime),
    shippedAt: isoTime(shippedAt),
    ...(confirmedAt !== undefined && { confirmedAt: isoTime(confirmedAt) }),
    uploads: uploads.map((upload) => ({ ...upload, uploadTime: isoTime(upload.uploadTime) })),
  };
}
