import { Form, Input } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Operator, Role } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { MomentPicker } from '../../ui/moment-picker.tsx';
import { RoleChoice } from './role-choice.tsx';

interface Values {
  displayName: string;
  role: Role;
  deputyUntil: string | null;
}

/** The service refuses a longer time. */
const LONGEST_MS = 92 * 24 * 3600 * 1000;
/** Who has the rights of FINANCE anyway needs no deputising. */
const DECIDES: readonly Role[] = ['FINANCE', 'OWNER'];

export function OperatorDialog({ operator, onClose }: { operator: Operator; onClose: () => void }) {
  const t = useWords();
  const save = useAction(
    (body: Values, sent) =>
      answered(
        api.PATCH('/api/v1/admin/operators/{id}', { params: { path: { id: operator.id } }, body, ...sent }),
      ),
    { done: 'common.saved', quiet: true },
  );
  return (
    <DialogForm<Values>
      title={t('staff.edit')}
      okText={t('common.save')}
      initialValues={{
        displayName: operator.displayName,
        role: operator.role,
        deputyUntil: operator.deputyUntil ?? null,
      }}
      pending={save.pending}
      problem={save.problem}
      onClose={onClose}
      onSend={(values) => void save.run(values).then((saved) => saved && onClose())}
    >
      <Form.Item
        name="displayName"
        label={t('staff.name')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input maxLength={64} />
      </Form.Item>
      <Form.Item name="role" label={t('staff.role')}>
        <RoleChoice />
      </Form.Item>
      {!DECIDES.includes(operator.role) && (
        <Form.Item name="deputyUntil" label={t('staff.deputyUntil')} extra={t('staff.deputyWhy')}>
          <MomentPicker min={new Date()} max={new Date(new Date().getTime() + LONGEST_MS)} />
        </Form.Item>
      )}
    </DialogForm>
  );
}
