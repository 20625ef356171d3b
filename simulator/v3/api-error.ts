/** HTTP status, WeChat's own words and the number in Request-ID of each code (protocol notes §2.9, §2.12). */
const CODES: Record<string, { status: number; message: string; requestCode?: number }> = {
  ACCEPTED: { status: 202, message: '已受理，处理中' },
  ACCOUNTERROR: { status: 403, message: '账号异常' },
  APPID_MCHID_NOT_MATCH: { status: 400, message: 'appid和mch_id不匹配', requestCode: 268445527 },
  BANKERROR: { status: 500, message: '银行系统异常' },
  FREQUENCY_LIMITED: { status: 429, message: '频率超限', requestCode: 268447840 },
  INVALID_REQUEST: { status: 400, message: '无效请求' },
  INVALID_TRANSACTIONID: { status: 500, message: '订单号非法' },
  MCH_NOT_EXISTS: { status: 400, message: '商户号不存在' },
  NO_AUTH: { status: 403, message: '商户无权限' },
  NO_STATEMENT_EXIST: { status: 400, message: '账单文件不存在' },
  NOT_ENOUGH: { status: 403, message: '基本账户余额不足，请充值后重新发起' },
  OPENID_MISMATCH: { status: 500, message: 'openid和appid不匹配' },
  ORDERPAID: { status: 400, message: '该订单已支付', requestCode: 268449538 },
  ORDER_CLOSED: { status: 400, message: '该订单已关闭' },
  ORDER_NOT_EXIST: { status: 404, message: '订单不存在', requestCode: 268512771 },
  OUT_TRADE_NO_USED: { status: 403, message: '商户订单号重复', requestCode: 268498688 },
  PARAM_ERROR: { status: 400, message: '参数错误', requestCode: 268435461 },
  RATELIMIT_EXCEEDED: { status: 429, message: '请求频率超限' },
  RESOURCE_NOT_EXISTS: { status: 404, message: '查询的资源不存在' },
  RULE_LIMIT: { status: 403, message: '业务规则限制' },
  SERVICE_UNAVAILABLE: { status: 503, message: '服务不可用' },
  SIGN_ERROR: { status: 401, message: '错误的签名，验签失败', requestCode: 268443699 },
  STATEMENT_CREATING: { status: 400, message: '账单文件正在生成中' },
  SYSTEM_ERROR: { status: 500, message: '系统繁忙，请稍后重试' },
  TRADE_ERROR: { status: 403, message: '交易错误' },
  USERPAYING: { status: 202, message: '用户支付中，需要输入密码' },
  USER_ACCOUNT_ABNORMAL: { status: 403, message: '退款请求失败，用户账户异常或已注销' },
};

/** V3's code for what V2 calls otherwise: a fault ordered in V2's spelling means the same on a V3 path. */
const V2_SPELLINGS: Record<string, string> = {
  BIZERR_NEED_RETRY: 'SYSTEM_ERROR',
  ERROR: 'INVALID_REQUEST',
  INVALID_REQ_TOO_MUCH: 'FREQUENCY_LIMITED',
  LACK_PARAMS: 'PARAM_ERROR',
  MCHID_NOT_EXIST: 'MCH_NOT_EXISTS',
  NOAUTH: 'NO_AUTH',
  NOTENOUGH: 'NOT_ENOUGH',
  ORDERCLOSED: 'ORDER_CLOSED',
  ORDERNOTEXIST: 'ORDER_NOT_EXIST',
  REFUNDNOTEXIST: 'RESOURCE_NOT_EXISTS',
  REFUND_FEE_MISMATCH: 'INVALID_REQUEST',
  RULELIMIT: 'RULE_LIMIT',
  SIGNERROR: 'SIGN_ERROR',
  SYSTEMERROR: 'SYSTEM_ERROR',
  TRADE_OVERDUE: 'INVALID_REQUEST',
  XML_FORMAT_ERROR: 'PARAM_ERROR',
};

/** Where in the request the trouble is (§2.12). */
export interface ErrorDetail {
  /** A JSON pointer, or the name of a parameter or header. */
  field?: string;
  value?: unknown;
  issue: string;
  location: 'body' | 'query' | 'url' | 'header' | 'authorization';
  sign_information?: {
    method: string;
    url: string;
    truncated_sign_message: string;
    sign_message_length: number;
  };
}

/** WeChat says no: `{code, message, detail?}` with the status of the code. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** Last part of Request-ID. */
  readonly requestCode: number;

  /** `code` in V3's spelling or V2's; an unknown one is answered with 400. */
  constructor(
    code: string,
    message?: string,
    readonly detail?: ErrorDetail,
  ) {
    const known = V2_SPELLINGS[code] ?? code;
    super(message ?? CODES[known]?.message ?? known);
    this.code = known;
    this.status = CODES[known]?.status ?? 400;
    this.requestCode = CODES[known]?.requestCode ?? 0;
  }

  /** What is wrong with the request itself is answered before anything signs (§2.2). */
  get isUnsigned(): boolean {
    return this.code === 'SIGN_ERROR' || this.code === 'PARAM_ERROR';
  }

  get body(): string {
    const { code, message, detail } = this;
    return JSON.stringify({ code, message, detail });
  }
}

/** A field of the JSON body is not as it must be. `pointer`: its JSON pointer. */
export function invalidField(pointer: string, value: unknown, issue: string): ApiError {
  return new ApiError('PARAM_ERROR', `输入源“${pointer}”${issue}`, {
    field: pointer,
    value,
    issue,
    location: 'body',
  });
}

/** A parameter of the query is missing or wrong. */
export function invalidQuery(name: string, value: string | null | undefined, issue: string): ApiError {
  return new ApiError('PARAM_ERROR', `参数${name}${issue}`, { field: name, value, issue, location: 'query' });
}
