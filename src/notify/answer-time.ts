import { unknown, type Outcome } from '../wxpay/outcome.js';

/** WeChat waits five seconds for an answer to a notification. */
export const ANSWER_MS = 4500;

/** How long WeChat may be asked before that: the answer's reason is written down in what is left. */
const ASKED_MS = 4000;

/** Until when a question about what came just now is waited for, on the clock of `performance.now()`. */
export function askedUntil(): number {
  return performance.now() + ASKED_MS;
}

/**
 * What WeChat says to a question that is asked before its notification is answered, or that it has not said anything in
 * time: a call may take longer than WeChat waits for us. It then ends by itself and nobody hears of it; the notification
 * comes again.
 */
export async function saidBy<Value>(
  deadline: number,
  question: Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const { promise: over, resolve } = Promise.withResolvers<Outcome<Value>>();
  const timer = setTimeout(
    () => resolve(unknown('TIMEOUT', 'no answer before its notification has to be answered')),
    deadline - performance.now(),
  );
  try {
    return await Promise.race([question, over]);
  } finally {
    clearTimeout(timer);
  }
}
