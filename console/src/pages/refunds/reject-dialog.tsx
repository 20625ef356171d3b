import { Form, Input } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Refund } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';

export function RejectDialog({ refund, onClose }: { refund: Refund; onClose: () => void }) {
  const t = useWords();
  const reject = useAction(
    (body: { reason: string }, sent) =>
      answered(
        api.POST('/api/v1/admin/refunds/{id}/reject', { params: { path: { id: refund.id } }, body, ...sent }),
      ),
    { done: 'refund.rejected', quiet: true },
  );
  return (
    <DialogForm<{ reason: string }>
      title={t('refund.reject')}
      okText={t('refund.reject')}
      danger
      pending={reject.pending}
      problem={reject.problem}
      onClose={onClose}
      onSend={({ reason }) =>
        void reject.run({ reason: reason.trim() }).then((rejected) => rejected && onClose())
      }
    >
      <Form.Item
        name="reason"
        label={t('refund.rejectReason')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input.TextArea rows={3} maxLength={200} autoFocus />
      </Form.Item>
    </DialogForm>
  );
}
