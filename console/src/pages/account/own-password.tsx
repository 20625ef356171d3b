import { Button, Form, Input } from 'antd';
import { answered, api } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { Panel } from '../../ui/page.tsx';

interface Values {
  password: string;
  newPassword: string;
}

export function OwnPassword() {
  const t = useWords();
  const [form] = Form.useForm<Values>();
  const change = useAction(
    async (body: Values) => {
      await answered(api.POST('/api/v1/admin/me/password', { body }));
      form.resetFields();
    },
    { done: 'account.changed' },
  );
  const required = [{ required: true, message: t('common.required') }];
  return (
    <Panel title={t('account.password')}>
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => void change.run(values)}
      >
        <Form.Item name="password" label={t('account.present')} rules={required}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item
          name="newPassword"
          label={t('account.new')}
          rules={[...required, { min: 10, message: t('account.new') }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button htmlType="submit" loading={change.pending}>
          {t('account.password')}
        </Button>
      </Form>
    </Panel>
  );
}
