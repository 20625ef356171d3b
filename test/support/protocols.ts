/** One way to speak with WeChat Pay: what the settings say, and where its calls go. */
export interface Protocol {
  env: Readonly<Record<string, string>>;
  /** `signType` that the client's parameters name. */
  signType: string;
  /** Where the simulator counts and spoils a call; part of the request's method and path. */
  paths: Readonly<Record<'prepay' | 'query' | 'close' | 'refund' | 'refundQuery', string>>;
  /** What the simulator's timeline calls these routes. */
  routes: Readonly<Record<'prepay' | 'query' | 'close', string>>;
  /** Why an answer of garbage is not believed: v3 looks at the signature first. */
  garbage: 'UNREADABLE' | 'UNVERIFIED';
  /** WeChat's code for a merchant without the right to a product. */
  noAuth: string;
}

const V2_PATHS = {
  prepay: '/pay/unifiedorder',
  query: '/pay/orderquery',
  close: '/pay/closeorder',
  refund: '/secapi/pay/refund',
  refundQuery: '/pay/refundquery',
};

/** The checkout and refund suites run on each of these. */
export const PROTOCOLS = {
  'API v2, MD5': {
    env: { WXPAY_API: 'v2', WXPAY_SIGN_TYPE: 'MD5' },
    signType: 'MD5',
    paths: V2_PATHS,
    routes: V2_PATHS,
    garbage: 'UNREADABLE',
    noAuth: 'NOAUTH',
  },
  'API v2, HMAC-SHA256': {
    env: { WXPAY_API: 'v2', WXPAY_SIGN_TYPE: 'HMAC-SHA256' },
    signType: 'HMAC-SHA256',
    paths: V2_PATHS,
    routes: V2_PATHS,
    garbage: 'UNREADABLE',
    noAuth: 'NOAUTH',
  },
  'API v3': {
    env: { WXPAY_API: 'v3' },
    signType: 'RSA',
    paths: {
      prepay: '/v3/pay/transactions/jsapi',
      query: 'GET /v3/pay/transactions/out-trade-no/',
      close: '/close',
      refund: 'POST /v3/refund/domestic/refunds',
      refundQuery: 'GET /v3/refund/domestic/refunds/',
    },
    routes: {
      prepay: '/v3/pay/transactions/jsapi',
      query: '/v3/pay/transactions/out-trade-no/:outTradeNo',
      close: '/v3/pay/transactions/out-trade-no/:outTradeNo/close',
    },
    garbage: 'UNVERIFIED',
    noAuth: 'NO_AUTH',
  },
} as const satisfies Record<string, Protocol>;
export type ProtocolName = keyof typeof PROTOCOLS;
