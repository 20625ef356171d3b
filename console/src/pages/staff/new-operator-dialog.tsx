import { Form, Input } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Role } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { RoleChoice } from './role-choice.tsx';

interface Values {
  username: string;
  displayName: string;
  role: Role;
  password: string;
}

export function NewOperatorDialog({ onClose }: { onClose: () => void }) {
  const t = useWords();
  const create = useAction((body: Values) => answered(api.POST('/api/v1/admin/operators', { body })), {
    done: 'common.saved',
    quiet: true,
  });
  const required = [{ required: true, message: t('common.required') }];
  return (
    <DialogForm<Values>
      title={t('staff.add')}
      okText={t('common.save')}
      initialValues={{ role: 'SUPPORT' }}
      pending={create.pending}
      problem={create.problem}
      onClose={onClose}
      onSend={(values) => void create.run(values).then((made) => made && onClose())}
    >
      <Form.Item name="displayName" label={t('staff.name')} rules={required}>
        <Input maxLength={64} autoFocus autoComplete="off" />
      </Form.Item>
      <Form.Item name="username" label={t('login.username')} rules={required}>
        <Input maxLength={32} autoComplete="off" autoCapitalize="none" />
      </Form.Item>
      <Form.Item name="role" label={t('staff.role')}>
        <RoleChoice />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('staff.password')}
        rules={[...required, { min: 10, message: t('staff.password') }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </DialogForm>
  );
}
