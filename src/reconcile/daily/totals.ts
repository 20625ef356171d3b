import type { FundFlow } from '../bill/fund-flow-bill.js';
import type { StagedBill } from './bill-staging.js';
import type { DifferenceSide } from './difference.entity.js';
import type { Side } from './reconciliation.entity.js';

interface TotalsDifference {
  /** What is summed, e.g. `bill.settlementFen`. */
  number: string;
  ours: DifferenceSide;
  theirs: DifferenceSide;
}

/** Where a bill does not add up to its own totals, or the fund flow does not move what the trade bill explains. Pure. */
export function totalsDifferences(
  { own, counted }: StagedBill,
  bill: Side,
  flow: FundFlow | undefined,
): TotalsDifference[] {
  const differences: TotalsDifference[] = [];
  const compare = (number: string, counted: number | null, said: number | null): void => {
    if (counted !== null && said !== null && counted !== said)
      differences.push({ number, ours: { counted }, theirs: { said } });
  };
  if (own !== null)
    for (const name of Object.keys(own) as (keyof typeof own)[])
      compare(`bill.${name}`, counted[name], own[name]);
  if (flow !== undefined) {
    compare('fundFlow.rows', flow.rows, flow.own.rows);
    compare('fundFlow.incomeFen', flow.incomeFen, flow.own.incomeFen);
    compare('fundFlow.expenseFen', flow.expenseFen, flow.own.expenseFen);
    compare(
      'fundFlow.tradeMilliFen',
      (bill.paymentsFen - bill.refundsFen) * 1000 - bill.feeMilliFen,
      flow.tradeFen * 1000,
    );
  }
  return differences;
}
