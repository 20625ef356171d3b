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
  // Staff
  LOGIN_FAILED: [401, 'Username or password is wrong'],
  LOGIN_LOCKED: [429, 'Too many failed attempts'],
  LOGIN_BUSY: [429, 'Too many passwords are being checked at once'],
  SECOND_FACTOR_REQUIRED: [401, 'This account also needs a code of its second factor'],
  SECOND_FACTOR_INVALID: [401, 'The code of the second factor is wrong or used'],
  SECOND_FACTOR_ACTIVE: [409, 'The second factor is already active'],
  SECOND_FACTOR_ABSENT: [409, 'There is no second factor'],
  STEP_UP_REQUIRED: [403, 'A fresh code of the second factor is required'],
  CSRF_TOKEN_INVALID: [403, 'A request with the session cookie needs its X-CSRF-Token'],
  SESSION_NOT_FOUND: [404, 'There is no such session'],
  OPERATOR_NOT_FOUND: [404, 'There is no such operator'],
  USERNAME_TAKEN: [409, 'The username is taken'],
  LAST_OWNER: [409, 'The last active owner cannot be demoted or disabled'],
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
  ORDER_NOT_SHIPPABLE: [409, 'The order is in no state to be shipped'],
  ORDER_NOT_SHIPPED: [409, 'The order is not shipped'],
  ORDER_REFUNDED: [409, 'The order is refunded'],
  RESHIPMENT_USED: [409, 'The shipment cannot be corrected again'],
  CARRIER_UNKNOWN: [422, 'There is no such carrier'],
  CARRIERS_UNAVAILABLE: [502, 'WeChat does not tell its carriers'],
  RECEIVER_PHONE_MISSING: [422, 'The carrier needs the phone number of the receiver'],
  // Payment
  PAYMENT_NOT_FOUND: [404, 'There is no such payment'],
  TRADE_TYPE_NOT_OFFERED: [422, 'This way to pay is not offered'],
  PAYMENT_CHANGED: [409, 'The payment changed while it was being prepared'],
  WXPAY_REJECTED: [502, 'WeChat Pay refused the request'],
  WXPAY_OUTCOME_UNKNOWN: [504, 'WeChat Pay gave no certain answer'],
  // Refunds
  REFUND_NOT_FOUND: [404, 'There is no such refund'],
  ORDER_NOT_REFUNDABLE: [409, 'The order has no payment that can be refunded'],
  REFUNDABLE_CHANGED: [409, 'The refundable amount is not what you saw'],
  REFUND_TOO_LARGE: [409, 'More than can be refunded'],
  REFUND_WINDOW_OVER: [409, 'The time to ask for a refund is over'],
  REFUND_LIMIT_REACHED: [409, 'WeChat takes no more refunds of this payment'],
  REFUND_ITEMS_IMPOSSIBLE: [422, 'The goods of the refund do not fit the order'],
  REFUND_ALREADY_DECIDED: [409, 'The refund is already decided'],
  REFUND_REVIEW_REFUSED: [403, 'You may not decide this refund'],
  REFUND_NOT_RETRYABLE: [409, 'The refund is in no state to be retried'],
  // Inbox and suspense
  NOTIFICATION_NOT_FOUND: [404, 'There is no such notification'],
  NOTIFICATION_NOT_REPLAYABLE: [409, 'The notification cannot be decided again'],
  SUSPENSE_NOT_FOUND: [404, 'There is no such item in suspense'],
  // WeChat's message push
  MESSAGE_PUSH_OFF: [404, 'Message push is not set up'],
  MESSAGE_FORGED: [401, 'The message is not signed by WeChat'],
  MESSAGE_FOREIGN: [403, 'The message is for another app'],
  MESSAGE_KEY_MISSING: [403, 'The message is encrypted and there is no key'],
  MESSAGE_UNREADABLE: [400, 'The message cannot be read'],
  MESSAGE_NOT_DECIDED: [503, 'The message is not decided yet'],
  // Side effects
  EFFECT_NOT_FOUND: [404, 'There is no such side effect'],
  WEBHOOK_NOT_FOUND: [404, 'There is no such webhook'],
  // This service
  DATABASE_UNAVAILABLE: [503, 'The database cannot be reached'],
  SHUTTING_DOWN: [503, 'This instance is shutting down'],
  INTERNAL_ERROR: [500, 'An error on our side'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;
