import { certificateAuthorities } from '../common/certificate-authorities.js';
import type { Clock } from '../common/time/clock.js';
import { SettingsError, type Settings } from '../config/settings.js';
import type { Unknown, UnknownReason } from '../wxpay/outcome.js';
import { WxPayHttp } from '../wxpay/wxpay.http.js';
import type { CheckName } from './check-names.js';
import { fault, ok, skipped, warning, type Check, type Finding } from './check.js';

/** How WeChat Pay is reached, whatever the account. */
export type Route = Omit<Settings['wxpay'], 'accounts'>;

/** What WeChat itself tolerates (protocol §2.1). */
const MAX_SKEW_S = 300;
const NOTABLE_SKEW_S = 60;

export function authorityCheck(caPath: string | undefined): Check[] {
  if (caPath === undefined) return [];
  try {
    certificateAuthorities(caPath);
    return [ok('authority-file', caPath)];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return [
      fault('authority-file', {
        found: error.lines.join('; '),
        todo: 'Set it to the ca.pem that the simulator wrote; with the real WeChat leave it empty.',
        zh: 'WXPAY_CA_PATH 指向的文件不可用；使用模拟器时填其 ca.pem，连接真实微信时请留空。',
      }),
    ];
  }
}

/** One request nobody needs to be known for: does WeChat answer, and what time is it there? */
export async function reachChecks(route: Route, clock: Clock): Promise<Check[]> {
  const http = new WxPayHttp({ wxpay: { ...route, accounts: [] } }, clock);
  const answer = await http.send({ method: 'GET', path: '/', headers: {} });
  await http.onApplicationShutdown();
  if (answer.kind === 'unknown')
    return [unreached('wxpay-reachable', answer), skipped('clock', ['wxpay-reachable'])];
  const { date } = answer.headers;
  return [
    ok('wxpay-reachable', new URL(route.baseUrl).host),
    clockCheck(typeof date === 'string' ? new Date(date) : undefined, clock.now()),
  ];
}

/** @param theirs the Date header of an answer; whole seconds */
function clockCheck(theirs: Date | undefined, ours: Date): Check {
  if (theirs === undefined || Number.isNaN(theirs.getTime()))
    return warning('clock', {
      found: 'the answer names no date',
      todo: 'Something between here and WeChat removes headers; check the clock yourself.',
      zh: '应答中没有时间，可能被代理去除；请自行核对系统时间。',
    });
  const seconds = Math.round((ours.getTime() - theirs.getTime()) / 1000);
  const off = Math.abs(seconds);
  if (off <= NOTABLE_SKEW_S) return ok('clock', `${off} s apart from WeChat's`);
  const ahead = seconds > 0;
  const finding: Finding = {
    found: `${off} s ${ahead ? 'ahead of' : 'behind'} WeChat's`,
    todo: 'Switch on time synchronisation (timedatectl set-ntp true; in a virtual machine also on its host).',
    zh: `系统时间比微信${ahead ? '快' : '慢'}${off}秒；请开启时间同步（NTP）。`,
  };
  return off > MAX_SKEW_S ? fault('clock', finding) : warning('clock', finding);
}

const REMEDIES: Partial<Record<UnknownReason, { todo: string; zh: string }>> = {
  UNREACHABLE: {
    todo: 'Check DNS, the firewall and the route to the host in WXPAY_BASE_URL; outgoing port 443 must be open.',
    zh: '无法连接微信支付；请检查DNS、防火墙以及 WXPAY_BASE_URL，出站443端口须开放。',
  },
  UNTRUSTED_SERVER: {
    todo: 'Somebody stands in between, or the simulator’s ca.pem is missing in WXPAY_CA_PATH. Verification cannot be switched off.',
    zh: '对方的HTTPS证书不受信任：可能有中间代理，或使用模拟器时未设置 WXPAY_CA_PATH。',
  },
  TIMEOUT: {
    todo: 'Check the network; a firewall that drops packets looks like this.',
    zh: '微信支付未在规定时间内应答；请检查网络和防火墙。',
  },
  RATE_LIMITED: { todo: 'Try again in a minute.', zh: '请求过于频繁，请一分钟后重试。' },
  SYSTEM_ERROR: { todo: 'Try again in a minute.', zh: '微信系统繁忙，请一分钟后重试。' },
};

/** A call that came to no usable answer. */
export function unreached(check: CheckName, { reason, message }: Unknown): Check {
  const remedy = REMEDIES[reason] ?? {
    todo: 'Try again; if it stays, look what stands between here and WeChat Pay (proxy, firewall).',
    zh: '没有得到可用的应答；请重试，若仍如此请检查中间的代理或防火墙。',
  };
  return fault(check, { found: message, ...remedy });
}
