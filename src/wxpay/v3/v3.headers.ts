export interface V3Headers {
  timestamp: string;
  nonce: string;
  signature: string;
  /** Names the key: a platform certificate's serial number or `PUB_KEY_ID_…`. */
  serial: string;
}

type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

const WINDOW_SECONDS = 300;
const PROBE = 'WECHATPAY/SIGNTEST/';

/** The four headers a signature of WeChat consists of (protocol §2.2). @returns undefined when one is missing or given twice */
export function answerSignature(headers: RawHeaders): V3Headers | undefined {
  const [timestamp, nonce, signature, serial] = ['timestamp', 'nonce', 'signature', 'serial'].map(
    (name) => headers[`wechatpay-${name}`],
  );
  return typeof timestamp === 'string' &&
    typeof nonce === 'string' &&
    typeof signature === 'string' &&
    typeof serial === 'string'
    ? { timestamp, nonce, signature, serial }
    : undefined;
}

/** Whether a message is from these five minutes, before or after (protocol §2.2); an older one may be a recording. */
export function isFresh(timestamp: string, now: Date): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(now.getTime() / 1000 - Number(timestamp)) <= WINDOW_SECONDS;
}

/** WeChat sends wrong signatures on purpose to see whether we look at them (protocol §2.2, M-37). */
export function isProbe(signature: string): boolean {
  return signature.startsWith(PROBE);
}
