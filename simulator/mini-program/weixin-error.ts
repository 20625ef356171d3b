import { randomBytes } from 'node:crypto';

const MESSAGES: Record<number, string> = {
  [-1]: 'system error',
  40001:
    'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken',
  40002: 'invalid grant_type',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40029: 'invalid code',
  40125: 'invalid appsecret',
  40164: 'invalid ip 127.0.0.1, not in whitelist',
  40163: 'code been used',
  40226: 'code blocked',
  40003: 'invalid openid',
  40037: 'invalid template_id',
  41030: 'invalid page',
  43101: 'user refuse to accept the msg',
  43107: 'user turned off the message',
  45168: 'content is sensitive',
  48001: 'api unauthorized',
  10060001: '支付单不存在',
  10060002: '支付单已完成发货，无法继续发货',
  10060003: '支付单已使用重新发货机会',
  10060004: '支付单处于不可发货的状态',
  10060005: '物流类型有误',
  10060006: '非快递发货时不允许分拆发货',
  10060007: '分拆发货模式下必须填写 is_all_delivered 字段',
  10060008: '商品描述 item_desc 字段不能为空',
  10060009: '商品描述 item_desc 字段太长',
  10060012: '系统错误',
  10060014: '参数错误',
  10060019: '系统错误',
  10060020: '该笔支付单在没有任何商品描述的情况下不允许完成发货',
  10060023: '发货信息未更新',
  10060024: '物流信息列表太长',
  10060025: '物流公司编码太长',
  10060026: '物流单号太长',
  10060031: '该笔支付单不属于 openid 所指定的用户',
  41001: 'access_token missing',
  42001: 'access_token expired',
  43002: 'require POST method',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
  49004: 'not match signature',
};

/** An error of api.weixin.qq.com: HTTP 200 all the same. */
export function weixinError(
  errcode: number,
  errmsg = MESSAGES[errcode] ?? 'error',
): { errcode: number; errmsg: string } {
  return { errcode, errmsg: `${errmsg}, rid: ${randomBytes(12).toString('hex')}` };
}
