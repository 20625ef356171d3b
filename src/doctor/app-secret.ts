import { createSecureContext } from 'node:tls';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { certificateAuthorities } from '../common/certificate-authorities.js';
import { fault, ok, type Check } from './check.js';

const answerSchema = z.object({
  access_token: z.string().optional(),
  errcode: z.number().optional(),
  errmsg: z.string().default(''),
});

interface AppSecretOf {
  appId: string;
  appSecret: string;
  /** How the settings call the secret. */
  name: string;
}

/**
 * Asks for the app's stable access_token, never for a new one: the token the service uses stays as it is (protocol
 * §3.2). The token itself is dropped.
 */
export async function appSecretCheck(
  app: AppSecretOf,
  route: { baseUrl: string; caPath: string | undefined; timeoutMs: number },
): Promise<Check> {
  const ca = certificateAuthorities(route.caPath);
  const agent = new Agent({ connect: { secureContext: createSecureContext({ ...(ca && { ca }) }) } });
  try {
    const answer = await request(new URL('/cgi-bin/stable_token', route.baseUrl), {
      method: 'POST',
      dispatcher: agent,
      signal: AbortSignal.timeout(route.timeoutMs),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credential', appid: app.appId, secret: app.appSecret }),
    });
    return judge(app, answerSchema.parse(await answer.body.json()));
  } catch (error) {
    const { code, name } = error as { code?: string; name?: string };
    return fault('app-secret', {
      found: `WeChat gives no usable answer (${code ?? name ?? 'no reason given'})`,
      todo: `Check that ${new URL(route.baseUrl).host} can be reached from here; outgoing port 443 must be open.`,
      zh: '无法连接微信接口服务器；请检查DNS、防火墙以及 WECHAT_BASE_URL。',
    });
  } finally {
    await agent.close();
  }
}

function judge({ appId, name }: AppSecretOf, answer: z.output<typeof answerSchema>): Check {
  const { access_token: token, errcode = 0, errmsg } = answer;
  if (errcode === 0 && token !== undefined) return ok('app-secret', `WeChat gives ${appId} a token`);
  const found = `WeChat says ${errcode} ${errmsg}`.trimEnd();
  return fault('app-secret', { found, ...remedy(errcode, appId, name) });
}

function remedy(errcode: number, appId: string, name: string): { todo: string; zh: string } {
  switch (errcode) {
    case 40001: // the older word for it
    case 40125:
      return {
        todo: `Set ${name} to the AppSecret of ${appId} from mp.weixin.qq.com (开发管理 → 开发设置); resetting it there ends the old one at once.`,
        zh: `AppSecret 与 ${appId} 不匹配；请在小程序后台“开发管理→开发设置”核对，重置后旧的立即失效。`,
      };
    case 40013:
      return {
        todo: `WeChat does not know the app id ${appId}; copy it from mp.weixin.qq.com.`,
        zh: `AppID ${appId} 不存在；请在小程序后台核对。`,
      };
    case 40164:
      return {
        todo: "Add this machine's public address, which WeChat names, to the app's IP whitelist (mp.weixin.qq.com, IP白名单).",
        zh: '本机公网IP不在IP白名单；请在小程序后台把上述IP加入白名单。',
      };
    case 40243:
      return {
        todo: 'The app secret is frozen; unfreeze it at mp.weixin.qq.com.',
        zh: 'AppSecret已被冻结；请在小程序后台解冻。',
      };
    default:
      return {
        todo: 'Try again in a minute; if it stays, look the number up in WeChat’s list of return codes (全局返回码).',
        zh: `请一分钟后重试；若仍返回 ${errcode}，请查阅微信“全局返回码”。`,
      };
  }
}
