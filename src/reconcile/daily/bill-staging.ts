import type { EntityManager } from 'typeorm';
import { toFen } from '../../common/fen.js';
import { run, statement } from '../../database/sql.js';
import { BillUnreadable } from '../bill/bill-lines.js';
import { readTradeBill, type TradeRow, type TradeSummary } from '../bill/trade-bill.js';

/** Compiling the statements costs seconds, which only the largest bills would earn back. */
const NO_JIT = statement('compare-without-jit', 'SET LOCAL jit = off');
/** Lives as long as the transaction: nothing to clean up after a crash, nothing written to the log of changes. */
const CREATE = statement(
  'create-bill-rows',
  `CREATE TEMP TABLE bill_rows (
     line integer, at timestamptz, transaction_id text, out_trade_no text, state text, settlement_fen bigint, total_fen bigint,
     refund_id text, out_refund_no text, refund_settlement_fen bigint, refund_total_fen bigint, refund_state text,
     fee_milli_fen bigint, rate integer
   ) ON COMMIT DROP`,
);
const LOAD = statement(
  'load-bill-rows',
  `INSERT INTO bill_rows
   SELECT * FROM json_to_recordset($1::json) AS row(
     line integer, at timestamptz, "transactionId" text, "outTradeNo" text, state text, "settlementFen" bigint, "totalFen" bigint,
     "refundId" text, "outRefundNo" text, "refundSettlementFen" bigint, "refundTotalFen" bigint, "refundState" text,
     "feeMilliFen" bigint, rate integer)`,
);
const ANALYZE = statement('analyze-bill-rows', 'ANALYZE bill_rows');

/** The bill's own totals beside those of its rows, by the names of `TradeSummary`. */
export interface StagedBill {
  own: TradeSummary | null;
  counted: TradeSummary;
}

/**
 * Puts a trade bill into `bill_rows` of the caller's transaction, in batches, whatever its size.
 * @param path of the file; null: nothing happened that day
 * @throws BillUnreadable
 */
export async function stageBill(manager: EntityManager, path: string | null): Promise<StagedBill> {
  await run(manager, NO_JIT, []);
  await run(manager, CREATE, []);
  const sum = {
    rows: 0,
    settlementFen: 0,
    refundSettlementFen: 0,
    feeMilliFen: 0,
    totalFen: 0,
    refundTotalFen: 0,
  };
  let own: TradeSummary | null = null;
  if (path !== null) {
    for await (const part of readTradeBill(path)) {
      if (part.kind === 'summary') own = part.summary;
      else {
        for (const row of part.rows) add(sum, row);
        if (part.rows.length > 0) await run(manager, LOAD, [JSON.stringify(part.rows)]);
      }
    }
    if (own === null) throw new BillUnreadable('it has no totals');
  }
  await run(manager, ANALYZE, []);
  return {
    own,
    counted: {
      rows: sum.rows,
      settlementFen: toFen(sum.settlementFen),
      refundSettlementFen: toFen(sum.refundSettlementFen),
      feeMilliFen: sum.feeMilliFen,
      totalFen: toFen(sum.totalFen),
      refundTotalFen: toFen(sum.refundTotalFen),
    },
  };
}

function add(sum: Record<keyof TradeSummary, number>, row: TradeRow): void {
  sum.rows += 1;
  sum.settlementFen += row.settlementFen;
  sum.refundSettlementFen += row.refundSettlementFen;
  sum.feeMilliFen += row.feeMilliFen;
  sum.totalFen += row.totalFen ?? 0;
  sum.refundTotalFen += row.refundTotalFen ?? 0;
}
