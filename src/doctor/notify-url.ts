import { request } from 'undici';
import { fault, ok, type Check } from './check.js';

/** Our refusal in WeChat's form, v2 or v3. */
const OUR_FAIL = /<return_code>.*FAIL|"code":"FAIL"/s;
const MAX_REPLY_BYTES = 64 * 1024;

/**
 * Knocks at the account's own notify URL as WeChat would, with an empty message: our refusal, in WeChat's form, shows that
 * the way in is open. The service files it among the notifications as unverified.
 * @param publicUrl one that `publicUrlCheck` lets pass
 */
export async function notifyUrlCheck(
  publicUrl: string,
  accountId: string,
  timeoutMs: number,
): Promise<Check> {
  const { origin, pathname } = new URL(publicUrl); // whatever else it has, a password say, is not printed
  const url = `${origin}${pathname.replace(/\/+$/, '')}/notify/wxpay/${encodeURIComponent(accountId)}/payment`;
  let status: number;
  let reply: string;
  try {
    const answer = await request(url, {
      method: 'POST',
      signal: AbortSignal.timeout(timeoutMs),
      reset: true, // one request: a connection kept open would hold up the command's end
      headers: { 'content-type': 'text/xml', 'user-agent': 'wechat-pay-checkout doctor' },
      body: '',
    });
    status = answer.statusCode;
    reply = await start(answer.body as AsyncIterable<Buffer>);
  } catch (error) {
    return fault('notify-url', { found: `${url}: ${cause(error)}`, ...unanswered(error) });
  }
  if (status >= 400 && status < 500 && OUR_FAIL.test(reply))
    return status === 404 ? unknownAccount(url, accountId) : ok('notify-url', url);
  return fault('notify-url', {
    found: `${url} answers HTTP ${status}, which is not this service`,
    ...strange(status),
  });
}

async function start(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_REPLY_BYTES) break;
  }
  return Buffer.concat(chunks).toString();
}

function unknownAccount(url: string, accountId: string): Check {
  return fault('notify-url', {
    found: `${url}: the service answers, and does not know the account ${accountId}`,
    todo: 'It runs with other settings than these; start it again.',
    zh: '服务在运行，但不认识该账号：运行中的配置与当前不同，请重启服务。',
  });
}

function cause(error: unknown): string {
  const { code, name } = error as { code?: string; name?: string };
  return name === 'TimeoutError' ? 'no answer in time' : (code ?? name ?? 'no answer');
}

function unanswered(error: unknown): { todo: string; zh: string } {
  const why = cause(error);
  if (why === 'ECONNREFUSED')
    return {
      todo: 'Nothing listens there: is the service running (npm start), is the proxy in front of it, are the ports right?',
      zh: '该地址没有程序监听；请确认服务已启动（npm start），反向代理和端口配置正确。',
    };
  if (/ENOTFOUND|EAI_AGAIN/.test(why))
    return { todo: 'The name has no address: set it up in DNS.', zh: '域名无法解析；请检查DNS。' };
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(why))
    return {
      todo: 'Its certificate is not trusted, so WeChat does not trust it either: use one of a public authority, with the whole chain.',
      zh: 'HTTPS证书不受信任或链不完整，微信也无法访问；请使用公共CA签发的证书并配置完整证书链。',
    };
  return {
    todo: 'Check firewall and proxy. Some networks do not let a machine reach its own public address: then try it from outside.',
    zh: '请检查防火墙和反向代理；有些网络不允许从内部访问自己的公网地址，可从外部网络再试。',
  };
}

function strange(status: number): { todo: string; zh: string } {
  if (status >= 500)
    return {
      todo: 'A proxy answers and does not reach the service: is it running (npm start), is the upstream right?',
      zh: '反向代理无法连到服务；请确认服务已启动，且代理的上游地址正确。',
    };
  if (status >= 300 && status < 400)
    return {
      todo: 'WeChat does not follow redirects: set PUBLIC_URL to where it leads.',
      zh: '该地址发生跳转，微信不会跟随；请将 PUBLIC_URL 改为最终地址。',
    };
  return {
    todo: 'Let the proxy pass POST /notify/ on to this service, unchanged; no login, no page in front of it.',
    zh: '该地址返回的不是本服务的应答；请让反向代理把 POST /notify/ 原样转发到本服务，不要加登录验证。',
  };
}
