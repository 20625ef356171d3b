import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { ReconciliationDifference } from '../../reconcile/daily/difference.entity.js';
import type { Reconciliation } from '../../reconcile/daily/reconciliation.entity.js';
import type { DifferenceView, ReconciliationRow } from './reconciliation.schema.js';

export type DifferenceCounts = ReconciliationRow['differenceCounts'];

export function reconciliationRow(
  {
    id,
    accountId,
    date,
    status,
    nextAttemptAt,
    waiting,
    failure,
    totals,
    createdAt,
    finishedAt,
  }: Reconciliation,
  differenceCounts: DifferenceCounts,
): ReconciliationRow {
  return {
    id,
    account: accountId,
    date,
    status,
    ...(nextAttemptAt !== null && { nextAttemptAt: toBeijingIso(nextAttemptAt) }),
    ...(waiting !== null && { waiting }),
    ...(failure !== null && { failure }),
    ...(totals !== null && { totals }),
    differenceCounts,
    createdAt: toBeijingIso(createdAt),
    ...(finishedAt !== null && { finishedAt: toBeijingIso(finishedAt) }),
  };
}

export function differenceView(difference: ReconciliationDifference): DifferenceView {
  const { ours, theirs, owner, note, resolution, resolvedBy, resolvedAt } = difference;
  return {
    id: difference.id,
    kind: difference.kind,
    number: difference.number,
    status: difference.status,
    ...(ours !== null && { ours }),
    ...(theirs !== null && { theirs }),
    ...(owner !== null && { owner }),
    ...(note !== null && { note }),
    ...(resolution !== null && { resolution }),
    ...(resolvedBy !== null && { resolvedBy }),
    ...(resolvedAt !== null && { resolvedAt: toBeijingIso(resolvedAt) }),
    foundAt: toBeijingIso(difference.foundAt),
  };
}
