import ipaddr from 'ipaddr.js';
import { fault, ok, warning, type Check } from './check.js';

/** Names that only mean something inside a network. */
const LOCAL_NAME = /^[^.]+$|\.(local|localhost|internal|lan|home|intranet|test)$/i;

/** Whether WeChat could reach this address at all; asks nobody. */
export function publicUrlCheck(written: string | undefined): Check {
  if (written === undefined)
    return fault('public-url', {
      found: 'PUBLIC_URL is missing',
      todo: 'Set it to the https:// address under which WeChat reaches this service.',
      zh: '未配置 PUBLIC_URL；请填写微信可访问的https地址。',
    });
  if (!URL.canParse(written) || !/^https?:$/.test(new URL(written).protocol))
    return fault('public-url', {
      found: 'PUBLIC_URL is no http(s) address',
      todo: 'Write it like https://pay.example.com.',
      zh: 'PUBLIC_URL 不是有效地址；格式如 https://pay.example.com。',
    });
  const url = new URL(written);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(written))
    return fault('public-url', {
      found: 'PUBLIC_URL has a query or a fragment',
      todo: 'Leave out what begins with ? or #: WeChat refuses notify URLs with parameters.',
      zh: '通知地址不能带参数（? 或 # 之后的部分）；请去掉。',
    });
  if (isLoopback(host))
    return warning('public-url', {
      found: `${url.origin} is this machine itself: only the simulator reaches it, WeChat does not`,
      todo: 'Fine for trying things out; for real payments set the public https:// address.',
      zh: '这是本机地址，仅模拟器可访问，微信无法访问；正式收款请改为公网https地址。',
    });
  if (url.protocol !== 'https:')
    return fault('public-url', {
      found: `${url.origin} is not https`,
      todo: 'Put a certificate of a public authority on it and write https://.',
      zh: '通知地址必须是https；请配置受信任的HTTPS证书。',
    });
  if (!isPublic(host))
    return fault('public-url', {
      found: `${host} is not a public address: WeChat cannot reach it`,
      todo: 'Set a domain or address that is reachable from the internet.',
      zh: `${host} 是内网地址，微信无法访问；请使用公网域名。`,
    });
  if (url.port !== '')
    return warning('public-url', {
      found: `port ${url.port}: firewalls on the way let 443 pass more surely`,
      todo: 'Serve it on port 443 if you can.',
      zh: `使用了非443端口（${url.port}），可能被防火墙拦截；建议使用443端口。`,
    });
  return ok('public-url', url.origin);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');
}

function isPublic(host: string): boolean {
  return ipaddr.isValid(host) ? ipaddr.process(host).range() === 'unicast' : !LOCAL_NAME.test(host);
}
