/** Why nothing certain is known after a call. The words go to the operator and, as `reason`, to the client. */
export type UnknownReason =
  | 'UNREACHABLE'
  | 'UNTRUSTED_SERVER'
  | 'TIMEOUT'
  | 'CONNECTION_LOST'
  | 'HTTP_STATUS'
  | 'RATE_LIMITED'
  | 'UNREADABLE'
  | 'UNVERIFIED'
  | 'SYSTEM_ERROR'
  /** It cannot be closed, only wait for its end (API v1). */
  | 'STILL_PAYABLE';

export interface Accepted<Value> {
  kind: 'accepted';
  value: Value;
}

/** WeChat has decided against the request; the same request again gets the same answer. */
export interface Rejected {
  kind: 'rejected';
  /** WeChat's own code, e.g. `ORDERPAID`; `FAIL` for an unsigned communication failure. */
  code: string;
  message: string;
}

/** Whether WeChat acted cannot be told from this call: the row keeps its state and WeChat is asked (DESIGN §2.5). */
export interface Unknown {
  kind: 'unknown';
  reason: UnknownReason;
  message: string;
}

/**
 * Every call to WeChat Pay ends in one of three ways; none of them throws. Refunds and bills know more: `later`
 * (`RefundOutcome`) and `none` (`BillOutcome`).
 */
export type Outcome<Value> = Accepted<Value> | Rejected | Unknown;

export function accepted<Value>(value: Value): Accepted<Value> {
  return { kind: 'accepted', value };
}

export function rejected(code: string, message: string): Rejected {
  return { kind: 'rejected', code, message };
}

export function unknown(reason: UnknownReason, message: string): Unknown {
  return { kind: 'unknown', reason, message };
}
