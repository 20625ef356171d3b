/**
 * The acceptance sheet: mistakes that real systems of this field make (M-*) and WeChat Pay's own integration checklist
 * (Q-*). Each is held by tests that carry its id in their names.
 */
export const SHEET: Readonly<Record<string, string>> = {
  'M-01': 'an error while handling a notification is never acknowledged',
  'M-02': 'no acknowledgement before the commit, whoever holds the lock',
  'M-03': 'unsigned, wrongly signed or altered notifications are refused',
  'M-04': 'every missing piece fails closed, from localhost too',
  'M-05': 'one fen off is suspense, never paid',
  'M-06': 'another app, another merchant, five minutes and a second: refused',
  'M-07': 'the bytes are verified as they came',
  'M-08': 'expiry asks and closes at WeChat first',
  'M-09': 'a late payment goes back by itself, the order stays closed',
  'M-10': 'a closed order is never revived after its stock went back',
  'M-11': 'of two payments of one order the second goes back',
  'M-12': 'an error at expiry decides nothing',
  'M-13': 'a refund that times out is asked about under its number',
  'M-14': 'one request, one refund number, one refund',
  'M-15': 'a failed refund may be tried again under its number',
  'M-16': 'fifty partial refunds work, the fifty-first is refused before the call',
  'M-17': 'no transaction is open while WeChat is called',
  'M-18': 'the row is committed before the call',
  'M-19': 'parallel refunds never pass what was paid',
  'M-20': 'a refund that did not happen gives its amount back',
  'M-21': 'a refund is never closed while WeChat may still pay it',
  'M-22': 'acceptance is not success',
  'M-23': 'an abnormal refund goes to the desk',
  'M-24': 'what was decided is sent, or visible as unsent',
  'M-25': 'fifty copies at once have one effect',
  'M-26': 'an error touches its own rows and no others',
  'M-27': 'the server decides what goes back into stock',
  'M-28': 'the database refuses an illegal transition',
  'M-29': 'a ledger entry comes only from a confirmed state',
  'M-30': 'nobody approves what he asked for, by API neither',
  'M-31': 'the console’s maximum for a refund is the server’s; the server refuses anyway',
  'M-32': 'a server that cannot prove to be WeChat hears nothing',
  'M-33': 'other systems are told for a day, then a dead letter',
  'M-34': 'what other systems are told is signed with time and id',
  'M-35': 'two merchants in parallel never cross',
  'M-36': 'verifying asks nobody',
  'M-37': 'a signature probe gets 4xx and is no attack',
  'M-38': 'the database holds no key in plain text',
  'M-39': 'a disabled or vanished test fails the run',
  'M-40': 'a stale screen cannot double a refund',
  'Q-01': 'integer fen everywhere; yuan of bills converted',
  'Q-02': 'acknowledged within 5 s, failure as 4xx/5xx',
  'Q-03': 'verified before anything; fresh; probes refused',
  'Q-04': 'amount, app and merchant compared',
  'Q-05': 'duplicates are harmless',
  'Q-06': 'asked by out_trade_no when nothing arrives',
  'Q-07': 'closed at WeChat on expiry, asked first',
  'Q-08': 'refund repeated under the same number; 50 parts; one year',
  'Q-09': 'refund SUCCESS, ABNORMAL and CLOSED are handled',
  'Q-10': 'the books are compared with the daily bill',
  'Q-11': 'JSAPI signs prepay_id=…, APP the bare id',
  'Q-12': 'micropay: refused clearly and listed as not offered',
  'Q-13': 'keys change without downtime',
  'Q-14': 'prepay_id and code_url two hours, h5_url five minutes',
};

/** One test as Jest reports it. */
export interface TestResult {
  fullName: string;
  status: string;
}

export interface Line {
  id: string;
  asserts: string;
  tests: number;
  /** Tests of this id that did not pass, disabled ones included. */
  failed: string[];
  held: boolean;
}

/** A line is held when at least one test carries its id and every test that does has passed. */
export function score(results: readonly TestResult[]): Line[] {
  return Object.entries(SHEET).map(([id, asserts]) => {
    const tests = results.filter(({ fullName }) => new RegExp(`\\b${id}\\b`).test(fullName));
    const failed = tests.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName);
    return { id, asserts, tests: tests.length, failed, held: tests.length > 0 && failed.length === 0 };
  });
}
