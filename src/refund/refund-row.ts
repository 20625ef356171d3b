/**
 * Every column of a refund `r`, spelled as its entity spells it (a test compares the two): for named statements, which
 * give rows and no entities (ADR 2).
 */
export const REFUND_COLUMNS = `
  r.id, r.refund_no AS "refundNo", r.order_id AS "orderId", r.payment_id AS "paymentId", r.suspense_id AS "suspenseId",
  r.account_id AS "accountId", r.app_id AS "appId", r.status, r.amount_fen AS "amountFen", r.reason, r.items, r.restock,
  r.requested_by AS "requestedBy", r.reviewed_by AS "reviewedBy", r.review_note AS "reviewNote",
  r.refund_id AS "refundId", r.failure, r.waiting, r.uncertain, r.calls, r.called_at AS "calledAt",
  r.next_check_at AS "nextCheckAt", r.receipt, r.created_at AS "createdAt", r.reviewed_at AS "reviewedAt",
  r.succeeded_at AS "succeededAt"`;
