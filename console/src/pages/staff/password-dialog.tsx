import { Form, Input } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Operator } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';

/** Sets somebody's password anew; all of his sessions end. */
export function PasswordDialog({ operator, onClose }: { operator: Operator; onClose: () => void }) {
  const t = useWords();
  const reset = useAction(
    (body: { password: string }) =>
      answered(
        api.POST('/api/v1/admin/operators/{id}/password', { params: { path: { id: operator.id } }, body }),
      ),
    { done: 'common.saved', quiet: true },
  );
  return (
    <DialogForm<{ password: string }>
      title={`${t('staff.resetPassword')} · ${operator.displayName}`}
      okText={t('common.save')}
      pending={reset.pending}
      problem={reset.problem}
      onClose={onClose}
      onSend={(values) => void reset.run(values).then((done) => done && onClose())}
    >
      <p className="muted dialog-hint">{t('staff.disableWhy')}</p>
      <Form.Item
        name="password"
        label={t('account.new')}
        rules={[
          { required: true, message: t('common.required') },
          { min: 10, message: t('account.new') },
        ]}
      >
        <Input.Password autoComplete="new-password" autoFocus />
      </Form.Item>
    </DialogForm>
  );
}
