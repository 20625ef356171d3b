import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { Refund, RefundStatus } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { formatFen } from '../../ui/fen.ts';
import { ApproveDialog } from './approve-dialog.tsx';
import { ElsewhereDialog } from './elsewhere-dialog.tsx';
import { RejectDialog } from './reject-dialog.tsx';

const AT_WECHAT: ReadonlySet<RefundStatus> = new Set(['PROCESSING', 'ABNORMAL', 'FAILED']);

/** What this person may do now. Whoever only lacks a fresh code may press: the dialog asks for it. */
export function RefundActions({ refund }: { refund: Refund }) {
  const t = useWords();
  const { can } = useSession();
  const [dialog, setDialog] = useState<'approve' | 'reject' | 'elsewhere'>();
  const path = { params: { path: { id: refund.id } } };
  const retry = useAction(
    (_, sent) => answered(api.POST('/api/v1/admin/refunds/{id}/retry', { ...path, ...sent })),
    { done: 'refund.retried' },
  );
  const sync = useAction(
    (_, sent) => answered(api.POST('/api/v1/admin/refunds/{id}/sync', { ...path, ...sent })),
    { done: 'refund.synced' },
  );
  const { status, review, waiting } = refund;
  const decides = status === 'REQUESTED' && can('refunds.review');
  const mayApprove = review.allowed || review.code === 'STEP_UP_REQUIRED';
  const mayReject = mayApprove || review.code === 'SECOND_FACTOR_MISSING';
  const close = () => setDialog(undefined);
  return (
    <>
      {decides && mayReject && (
        <Button danger onClick={() => setDialog('reject')}>
          {t('refund.reject')}
        </Button>
      )}
      {decides && mayApprove && (
        <Button type="primary" onClick={() => setDialog('approve')}>
          {t('refund.approveAmount', { amount: formatFen(refund.amountFen) })}
        </Button>
      )}
      {AT_WECHAT.has(status) && can('refunds.execute') && (
        <Button loading={sync.pending} onClick={() => void sync.run()}>
          {t('refund.sync')}
        </Button>
      )}
      {(status === 'FAILED' || status === 'ABNORMAL' || waiting !== undefined) && can('refunds.execute') && (
        <ConfirmButton
          loading={retry.pending}
          question={t('refund.retryAsk')}
          explanation={t('refund.retryWhy')}
          onConfirm={() => retry.run()}
        >
          {t('refund.retry')}
        </ConfirmButton>
      )}
      {status === 'ABNORMAL' && can('refunds.review') && (
        <Button type="primary" onClick={() => setDialog('elsewhere')}>
          {t('refund.elsewhere')}
        </Button>
      )}
      {dialog === 'approve' && <ApproveDialog refund={refund} onClose={close} />}
      {dialog === 'reject' && <RejectDialog refund={refund} onClose={close} />}
      {dialog === 'elsewhere' && <ElsewhereDialog refund={refund} onClose={close} />}
    </>
  );
}
