import type { EntityManager } from 'typeorm';
import { run, statement } from '../../database/sql.js';
import { timelineEvent, type TimelineEvent } from './timeline-event.js';

/** More than any order gathers; a bound all the same. */
const MOST = 200;

const READ = statement(
  'audited-actions-of-order',
  `SELECT a.at, a.operator_id AS "operatorId", a.operator_name AS "operatorName", a.action,
          a.subject_kind AS "subjectKind", a.subject_id AS "subjectId"
   FROM unnest($1::text[], $2::text[]) AS subject(kind, id)
   JOIN audit_log a ON a.subject_kind = subject.kind AND a.subject_id = subject.id
   ORDER BY a.seq DESC LIMIT ${MOST}`,
);

export interface AuditedAction {
  at: Date;
  operatorId: string | null;
  operatorName: string;
  action: string;
  subjectKind: string;
  subjectId: string;
}

/** The rows of refunds tell these themselves, with more detail. */
const TOLD_ELSEWHERE = new Set(['refund.requested', 'refund.approved', 'refund.rejected']);

const WORDS: Readonly<Record<string, string>> = {
  'order.close_requested': '员工关闭订单 Staff close the order',
  'order.print_requested': '员工补打小票 Staff print the receipt again',
  'order.shipped': '员工发货 Staff ship the order',
  'order.shipment_corrected': '员工更正发货信息 Staff correct the shipment',
  'payment.sync_requested': '员工向微信查询付款 Staff ask WeChat about the payment',
  'notification.replay_requested': '员工重放通知 Staff replay the notification',
  'refund.sent_elsewhere': '员工将异常退款改退至其他银行卡 Staff send the abnormal refund to another card',
  'suspense.return_requested': '员工要求退回待处理款项 Staff want the money in suspense to go back',
  'suspense.accepted': '员工将待处理款项计入其他收入 Staff keep the money in suspense as other income',
  'effect.replayed': '员工重试附带任务 Staff replay a side effect',
  'refund.card_entered':
    '员工填写改退的银行卡，待第二人确认 Staff enter another card; a second person has to as well',
  'refund.sync_requested': '员工向微信查询退款 Staff ask WeChat about the refund',
  'refund.retried': '员工重试退款 Staff retry the refund',
};

export interface Subject {
  kind: 'order' | 'payment' | 'refund' | 'notification' | 'suspense' | 'effect';
  id: string;
}

/** What operators did to any of these, from the audit log. */
export function auditedActions(
  manager: EntityManager,
  subjects: readonly Subject[],
): Promise<AuditedAction[]> {
  return run<AuditedAction>(manager, READ, [subjects.map(({ kind }) => kind), subjects.map(({ id }) => id)]);
}

/** Names who and what; `before` and `after` are for those who may read the audit log. */
export function actionEvents(actions: readonly AuditedAction[]): TimelineEvent[] {
  return actions
    .filter(({ action }) => !TOLD_ELSEWHERE.has(action))
    .map(({ at, operatorId, operatorName, action, subjectKind, subjectId }) =>
      timelineEvent(at, operatorId === null ? 'system' : 'staff', action, WORDS[action] ?? action, {
        by: operatorName,
        subjectKind,
        subjectId,
      }),
    );
}
