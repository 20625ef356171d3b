import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const TOTALS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

/** A payment as WeChat bills it. */
export interface BilledTrade {
  /** `yyyy-MM-dd HH:mm:ss` in UTC+8. */
  time: string;
  transactionId: string;
  outTradeNo: string;
  fen: number;
}

/** A trade bill of payments at 0.6 %, with its totals. */
export async function writeBill(path: string, mchId: string, trades: Iterable<BilledTrade>): Promise<void> {
  const file = createWriteStream(path);
  file.write(`\uFEFF${HEADER}\r\n`);
  let [rows, total, fees] = [0, 0, 0];
  for (const { time, transactionId, outTradeNo, fen } of trades) {
    const fee = Math.floor((fen * 6 + 500) / 1000);
    rows += 1;
    total += fen;
    fees += fee;
    const row = `\`${time},\`wxbench,\`${mchId},\`0,\`,\`${transactionId},\`${outTradeNo},\`oBench,\`JSAPI,\`SUCCESS,\`OTHERS,\`CNY,\`${yuan(fen)},\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`手冲咖啡豆 250g,\`,\`${yuan(fee)}000,\`0.60%,\`${yuan(fen)},\`0.00,\`\r\n`;
    if (!file.write(row)) await once(file, 'drain');
  }
  const sums = `\`${rows}.0,\`${yuan(total)},\`0.0,\`0.0,\`${yuan(fees)},\`${yuan(total)},\`0.0`;
  file.end(`${TOTALS}\r\n${sums}\r\n`);
  await once(file, 'finish');
}

function yuan(fen: number): string {
  return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}
