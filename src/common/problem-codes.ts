/**
 * The closed set of error codes this service answers with (RFC 9457 `code`): status and title, in one place so
 * that the compiler forces both for every code and clients can rely on them. Add here, never inline.
 */
export const PROBLEMS = {
  // The request itself
  VALIDATION_FAILED: [400, 'The request does not have the expected shape'],
  INVALID_JSON: [400, 'The body is not valid JSON'],
  MALFORMED_REQUEST: [400, 'The request cannot be read'],
  UNAUTHENTICATED: [401, 'A valid token is required'],
  FORBIDDEN: [403, 'Not allowed'],
  NOT_FOUND: [404, 'There is nothing at this address'],
  METHOD_NOT_ALLOWED: [405, 'This address does not take this method'],
  PAYLOAD_TOO_LARGE: [413, 'The body is too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body has a type this address does not read'],
  IDEMPOTENCY_KEY_INVALID: [400, 'The Idempotency-Key is not 1 to 64 printable ASCII characters'],
  IDEMPOTENCY_KEY_REUSED: [422, 'The Idempotency-Key was used with another body'],
  IDEMPOTENCY_KEY_RUNNING: [409, 'The first request with this Idempotency-Key is still running'],
  // Buyer
  LOGIN_CODE_INVALID: [401, 'WeChat does not accept the login code'],
  LOGIN_BLOCKED: [403, 'WeChat blocks the login of this user'],
  LOGIN_TOO_OFTEN: [429, 'WeChat asks this user to wait before logging in again'],
  WECHAT_UNAVAILABLE: [502, "WeChat's login service gave no usable answer"],
  WECHAT_CREDENTIALS_REFUSED: [502, "WeChat refuses the shop's app id or app secret"],
  // Catalogue and orders
  PRODUCT_NOT_FOUND: [404, 'There is no such product'],
  PRODUCT_NOT_ON_SALE: [409, 'A product is not on sale'],
  OUT_OF_STOCK: [409, 'There is not enough stock'],
  AMOUNT_TOO_LARGE: [422, 'The order is larger than can be paid at once'],
  COUPON_NOT_USABLE: [422, 'The coupon cannot be used'],
  ORDER_NOT_FOUND: [404, 'There is no such order'],
  ORDER_ALREADY_PAID: [409, 'The order is already paid'],
  ORDER_CLOSED: [409, 'The order is closed'],
  ORDER_CLOSING: [409, 'The order is being closed'],
  ORDER_EXPIRED: [409, 'The order has too little time left to be paid'],
  // Payment
  TRADE_TYPE_NOT_OFFERED: [422, 'This way to pay is not offered'],
  PAYMENT_CHANGED: [409, 'The payment changed while it was being prepared'],
  WXPAY_REJECTED: [502, 'WeChat Pay refused the request'],
  WXPAY_OUTCOME_UNKNOWN: [504, 'WeChat Pay gave no certain answer'],
  // This service
  DATABASE_UNAVAILABLE: [503, 'The database cannot be reached'],
  SHUTTING_DOWN: [503, 'This instance is shutting down'],
  INTERNAL_ERROR: [500, 'An error on our side'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;
