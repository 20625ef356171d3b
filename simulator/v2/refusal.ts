import { XmlError } from './xml.js';

/** WeChat's own words for its error codes (err_code_des). */
const DESCRIPTIONS: Record<string, string> = {
  APPID_MCHID_NOT_MATCH: 'appid和mch_id不匹配',
  APPID_NOT_EXIST: 'APPID不存在',
  BIZERR_NEED_RETRY: '退款业务流程错误，需要商户触发重试来解决',
  CERT_ERROR: '证书校验错误',
  ERROR: '业务错误',
  FREQUENCY_LIMITED: '频率限制',
  INVALID_REQ_TOO_MUCH: '无效请求过多',
  INVALID_REQUEST: '无效请求',
  INVALID_TRANSACTIONID: '无效transaction_id',
  LACK_PARAMS: '缺少参数',
  MCHID_NOT_EXIST: 'MCHID不存在',
  NOAUTH: '商户无此接口权限',
  NOTENOUGH: '余额不足',
  NOT_UTF8: '编码格式错误',
  ORDERCLOSED: '订单已关闭',
  ORDERNOTEXIST: '订单不存在',
  ORDERPAID: '该订单已支付',
  ORDER_NOT_READY: '订单处理中，暂时无法退款，请稍后再试',
  OUT_TRADE_NO_USED: '商户订单号重复',
  PARAM_ERROR: '参数错误',
  POST_DATA_EMPTY: 'post数据为空',
  REFUNDNOTEXIST: '退款单不存在',
  REFUND_FEE_MISMATCH: '订单金额或退款金额与之前请求不一致，请核实后再试',
  REQUIRE_POST_METHOD: '请使用post方法',
  SIGNERROR: '签名错误',
  SYSTEMERROR: '系统错误',
  TRADE_OVERDUE: '订单已经超过退款期限',
  TRADE_STATE_ERROR: '订单状态错误',
  USER_ACCOUNT_ABNORMAL: '退款请求失败',
  XML_FORMAT_ERROR: 'XML格式错误',
};

function description(code: string, detail?: string): string {
  return detail ?? DESCRIPTIONS[code] ?? code;
}

/** WeChat understood the request and says no: a signed answer with result_code FAIL and this err_code. */
export class Refusal extends Error {
  readonly description: string;

  constructor(
    readonly code: string,
    detail?: string,
  ) {
    super(`${code}: ${description(code, detail)}`);
    this.description = description(code, detail);
  }
}

export function lackOf(name: string): Refusal {
  return new Refusal('LACK_PARAMS', `缺少参数${name}`);
}

export function invalidParameter(name: string, why = ''): Refusal {
  return new Refusal('PARAM_ERROR', `参数错误: ${name}${why}`);
}

/** WeChat cannot tell who asks: an unsigned answer with return_code FAIL and a return_msg, nothing else. */
export class Unauthentic extends Error {
  constructor(
    readonly code: string,
    detail?: string,
  ) {
    super(description(code, detail));
  }

  static from(error: unknown): Unauthentic {
    if (error instanceof Unauthentic) return error;
    if (error instanceof XmlError) return new Unauthentic(error.code);
    throw error;
  }
}
