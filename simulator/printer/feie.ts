import { createHash } from 'node:crypto';
import { chinaDateTimeWithDashes } from '../trade/china-time.js';
import type { PrinterCloud } from './printer-cloud.js';

/** Bytes a print may have (protocol §5.1). */
const MOST_BYTES = 5000;

interface Answer {
  ret: number;
  msg: string;
  data: unknown;
}

const ok = (data: unknown): Answer => ({ ret: 0, msg: 'ok', data });
const no = (ret: number, msg: string): Answer => ({ ret, msg, data: null });

/** Answers one call of Feie's open API: form in, JSON out, always HTTP 200. */
export function feieAnswer(form: URLSearchParams, cloud: PrinterCloud): string {
  const started = performance.now();
  const answer = authentic(form, cloud) ?? call(form, cloud);
  return JSON.stringify({ ...answer, serverExecutedTime: Math.ceil(performance.now() - started) });
}

function authentic(form: URLSearchParams, cloud: PrinterCloud): Answer | undefined {
  const [user, stime] = [form.get('user') ?? '', form.get('stime') ?? ''];
  const account = cloud.account(user);
  if (account === undefined) return no(-2, '参数错误 : 该帐号未注册.');
  if (!/^\d{10}$/.test(stime)) return no(-2, '参数错误 : stime.');
  const sig = createHash('sha1')
    .update(user + account.ukey + stime)
    .digest('hex');
  return form.get('sig') === sig ? undefined : no(-3, '验证失败 : 签名错误.');
}

function call(form: URLSearchParams, cloud: PrinterCloud): Answer {
  const sn = form.get('sn') ?? '';
  switch (form.get('apiname') ?? '') {
    case 'Open_queryOrderState': {
      const print = cloud.print(form.get('orderid') ?? '');
      return print === undefined ? no(-2, '参数错误 : 订单不存在.') : ok(print.printedAt !== undefined);
    }
    case 'Open_printMsg':
      return ofPrinter(sn, cloud) ?? printMsg(sn, form, cloud);
    case 'Open_queryOrderInfoByDate':
      return ofPrinter(sn, cloud) ?? countOf(sn, form.get('date') ?? '', cloud);
    case 'Open_queryPrinterStatus':
      return ofPrinter(sn, cloud) ?? ok(cloud.printer(sn)?.online ? '在线，工作状态正常。' : '离线。');
    default:
      return no(-2, '参数错误 : apiname.');
  }
}

function ofPrinter(sn: string, cloud: PrinterCloud): Answer | undefined {
  if (!/^[0-9A-Za-z]{6,20}$/.test(sn)) return no(1001, '打印机编号不合法.');
  return cloud.printer(sn) === undefined ? no(1002, '打印机编号和用户不匹配.') : undefined;
}

function printMsg(sn: string, form: URLSearchParams, cloud: PrinterCloud): Answer {
  const [content, times] = [form.get('content') ?? '', Number(form.get('times') ?? '1')];
  if (content === '' || Buffer.byteLength(content) > MOST_BYTES) return no(-2, '参数错误 : content.');
  if (!Number.isInteger(times) || times < 1) return no(-2, '参数错误 : times.');
  return ok(cloud.take(sn, content, times).id);
}

/** Of one day in UTC+8, by when they came. */
function countOf(sn: string, date: string, cloud: PrinterCloud): Answer {
  const ofDay = cloud
    .allPrints()
    .filter((print) => print.sn === sn && chinaDateTimeWithDashes(print.at).startsWith(date));
  const print = ofDay.filter(({ printedAt }) => printedAt !== undefined).length;
  return ok({ print, waiting: ofDay.length - print });
}
