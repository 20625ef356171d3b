import { Checkbox, Form, Input } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Refund } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { formatFen } from '../../ui/fen.ts';
import { canReviewHint } from './refund-guidance.tsx';

interface Values {
  note?: string;
  restock?: boolean;
}

export function ApproveDialog({ refund, onClose }: { refund: Refund; onClose: () => void }) {
  const t = useWords();
  const approve = useAction(
    ({ note, restock = false }: Values, sent) =>
      answered(
        api.POST('/api/v1/admin/refunds/{id}/approve', {
          params: { path: { id: refund.id } },
          body: { restock, ...(note !== undefined && note.trim() !== '' && { note: note.trim() }) },
          ...sent,
        }),
      ),
    {
      done: ({ status }) => (status === 'REQUESTED' ? 'refund.approvedFirst' : 'refund.approved'),
      quiet: true,
    },
  );
  return (
    <DialogForm<Values>
      title={t('refund.approveAmount', { amount: formatFen(refund.amountFen) })}
      okText={t('refund.approve')}
      pending={approve.pending}
      problem={approve.problem}
      onClose={onClose}
      onSend={(values) => void approve.run(values).then((approved) => approved && onClose())}
    >
      <p className="muted dialog-hint">{t(canReviewHint(refund))}</p>
      <Form.Item name="note" label={t('refund.approveNote')}>
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
      {refund.items !== undefined && (
        <Form.Item name="restock" valuePropName="checked">
          <Checkbox>{t('refund.restock')}</Checkbox>
        </Form.Item>
      )}
    </DialogForm>
  );
}
