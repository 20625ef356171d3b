import { refusalIn } from '../wechat/errcode.js';
import { WechatHttp, type WechatAnswer, type WechatRoute } from '../wechat/wechat.http.js';
import { unknown, type Unknown } from '../wxpay/outcome.js';
import { fault, ok, type Check } from './check.js';

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
  { appId, appSecret, name }: AppSecretOf,
  route: WechatRoute,
): Promise<Check> {
  const http = new WechatHttp(route);
  const question = { grant_type: 'client_credential', appid: appId, secret: appSecret };
  const answer = await http.post('/cgi-bin/stable_token', {}, question);
  await http.onApplicationShutdown();
  const refusal = answer.kind === 'unknown' ? answer : (refusalIn(answer.body) ?? withoutToken(answer));
  if (refusal === undefined) return ok('app-secret', `WeChat gives ${appId} a token`);
  if (refusal.kind === 'rejected')
    return fault('app-secret', {
      found: `WeChat says ${refusal.code} ${refusal.message}`.trimEnd(),
      ...remedy(refusal.code, appId, name),
    });
  return fault('app-secret', {
    found: refusal.message,
    todo: `Check that ${new URL(route.wechat.baseUrl).host} can be reached from here (outgoing port 443), and try again.`,
    zh: '微信接口服务器没有可用的应答；请检查DNS、防火墙以及 WECHAT_BASE_URL，然后重试。',
  });
}

function withoutToken({ body }: WechatAnswer): Unknown | undefined {
  return typeof body['access_token'] === 'string'
    ? undefined
    : unknown('UNREADABLE', "WeChat's answer has no access_token");
}

function remedy(errcode: string, appId: string, name: string): { todo: string; zh: string } {
  switch (errcode) {
    case '40001': // the older word for it
    case '40125':
      return {
        todo: `Set ${name} to the AppSecret of ${appId} from mp.weixin.qq.com (开发管理 → 开发设置); resetting it there ends the old one at once.`,
        zh: `AppSecret 与 ${appId} 不匹配；请在公众平台“开发管理→开发设置”核对，重置后旧的立即失效。`,
      };
    case '40013':
      return {
        todo: `WeChat does not know the app id ${appId}; copy it from mp.weixin.qq.com.`,
        zh: `AppID ${appId} 不存在；请在公众平台核对。`,
      };
    case '40164':
      return {
        todo: "Add this machine's public address, which WeChat names, to the app's IP whitelist (mp.weixin.qq.com, IP白名单).",
        zh: '本机公网IP不在IP白名单；请在公众平台把上述IP加入白名单。',
      };
    case '40243':
      return {
        todo: 'The app secret is frozen; unfreeze it at mp.weixin.qq.com.',
        zh: 'AppSecret已被冻结；请在公众平台解冻。',
      };
    default:
      return {
        todo: 'Try again in a minute; if it stays, look the number up in WeChat’s list of return codes (全局返回码).',
        zh: `请一分钟后重试；若仍返回 ${errcode}，请查阅微信“全局返回码”。`,
      };
  }
}
