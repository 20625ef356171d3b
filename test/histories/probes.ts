import { AsyncLocalStorage } from 'node:async_hooks';
import { DataSource, type QueryRunner } from 'typeorm';
import type { WxPayHttpRequest } from '../../src/wxpay/http-exchange.js';
import { WxPayHttp } from '../../src/wxpay/wxpay.http.js';

/** What no row shows afterwards: in which moment WeChat was called (DESIGN §2.3, §2.4). */
export interface Probe {
  /** Asked before a prepay or refund leaves: whether another connection sees this number in a row. */
  isCommitted: (number: string) => Promise<boolean>;
  complain: (violation: string) => void;
}

const SENDING = ['send', 'sendWithCertificate'] as const;
type Send = (this: WxPayHttp, ...given: unknown[]) => Promise<never>;

const inTransaction = new AsyncLocalStorage<boolean>();
let probe: Probe | undefined;

/** From now on every call to WeChat is looked at, of every application in this process. @returns ends that */
export function watchCalls(given: Probe): () => void {
  const restore = install();
  probe = given;
  return () => {
    restore();
    probe = undefined;
  };
}

function install(): () => void {
  const source = DataSource.prototype as unknown as {
    transaction: (this: DataSource, ...given: never[]) => Promise<never>;
    createQueryRunner: (this: DataSource, ...given: never[]) => QueryRunner;
  };
  const { transaction, createQueryRunner } = source;
  const http = WxPayHttp.prototype as unknown as Record<(typeof SENDING)[number], Send>;
  const sending = SENDING.map((method) => http[method]);
  source.transaction = function (this: DataSource, ...given: never[]) {
    return inTransaction.run(true, () => Reflect.apply(transaction, this, given));
  };
  source.createQueryRunner = function (this: DataSource, ...given: never[]) {
    return watched(Reflect.apply(createQueryRunner, this, given));
  };
  SENDING.forEach((method, at) => {
    http[method] = async function (this: WxPayHttp, ...given: unknown[]) {
      await look(given.at(-1) as WxPayHttpRequest);
      return Reflect.apply(sending[at] as Send, this, given);
    };
  });
  return () => {
    Object.assign(source, { transaction, createQueryRunner });
    SENDING.forEach((method, at) => (http[method] = sending[at] as Send));
  };
}

/**
 * Our own `transaction` tells its runner when it begins and ends, and it does so from within: whatever it awaits between the
 * two is in the transaction, and whoever awaits the whole is not.
 */
function watched(runner: QueryRunner): QueryRunner {
  let active = runner.isTransactionActive;
  return Object.defineProperty(runner, 'isTransactionActive', {
    get: () => active,
    set: (value: boolean) => {
      active = value;
      inTransaction.enterWith(value);
    },
  });
}

/** Calls that begin something at WeChat under a number of ours. */
const BEGINS = /\/(unifiedorder|transactions\/(jsapi|app|native|h5)|secapi\/pay\/refund|domestic\/refunds)$/;

async function look({ method, path, body = '' }: WxPayHttpRequest): Promise<void> {
  const number = numberIn(body) ?? path;
  if (inTransaction.getStore()) probe?.complain(`rule 4: ${method} ${path} inside a transaction, ${number}`);
  if (!BEGINS.test(path) || probe === undefined) return;
  const { isCommitted, complain } = probe;
  if (!(await inTransaction.exit(() => isCommitted(number))))
    complain(`rule 3: ${method} ${path} names ${number}, which is in no committed row`);
}

/** In XML or JSON. A refund names its payment as well: its own number counts. */
function numberIn(body: string): string | undefined {
  const refund = body.indexOf('out_refund_no');
  return /out_(?:refund|trade)_no(?:>|":")(?:<!\[CDATA\[)?([\w-]+)/.exec(
    body.slice(Math.max(refund, 0)),
  )?.[1];
}
