import type { World } from '../world.js';
import { isTemplateValue } from './template-value.js';
import { TEMPLATES } from './templates.js';
import type { AppCall } from './app-call.js';
import { weixinError } from './weixin-error.js';

/** `POST /cgi-bin/message/subscribe/send` (protocol notes §3.3). */
export function subscribeSend({ appId, body }: AppCall, world: World): object {
  const { touser, template_id: templateId, data, page } = body;
  if (typeof touser !== 'string' || !world.logins.hasUser(appId, touser)) return weixinError(40003);
  const template = TEMPLATES.find(({ id }) => id === templateId);
  if (!template) return weixinError(40037);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return weixinError(47001);
  const values: Record<string, string> = {};
  for (const keyword of Object.keys(template.keywords)) {
    const value = ((data as Record<string, unknown>)[keyword] as { value?: unknown } | undefined)?.value;
    if (!isTemplateValue(keyword, value)) {
      const fault = value === undefined || value === '' ? 'is empty' : 'invalid';
      return weixinError(47003, `argument invalid! data.${keyword}.value ${fault}`);
    }
    values[keyword] = String(value);
  }
  const extra = Object.keys(data).find((keyword) => !(keyword in template.keywords));
  if (extra !== undefined) return weixinError(47003, `argument invalid! data.${extra}.value invalid`);
  const sent = world.miniProgram.subscriptions.send({
    openid: touser,
    templateId: template.id,
    data: values,
    ...(typeof page === 'string' && { page }),
  });
  if (typeof sent === 'number') return weixinError(sent);
  return { errcode: 0, errmsg: 'ok', msgid: Number(sent.id) };
}
