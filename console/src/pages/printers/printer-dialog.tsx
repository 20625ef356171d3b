import { Form, Input, InputNumber, Switch } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Printer } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';

type Values = Pick<Printer, 'name' | 'sn' | 'copies' | 'enabled'>;

export function PrinterDialog({ printer, onClose }: { printer?: Printer; onClose: () => void }) {
  const t = useWords();
  const save = useAction(
    (body: Values, sent) =>
      answered<Printer>(
        printer === undefined
          ? api.POST('/api/v1/admin/printers', { body, ...sent })
          : api.PATCH('/api/v1/admin/printers/{id}', { params: { path: { id: printer.id } }, body, ...sent }),
      ),
    { done: 'common.saved', quiet: true },
  );
  const required = [{ required: true, whitespace: true, message: t('common.required') }];
  return (
    <DialogForm<Values>
      title={t(printer === undefined ? 'printers.add' : 'printers.edit')}
      okText={t('common.save')}
      initialValues={printer ?? { copies: 1, enabled: true }}
      pending={save.pending}
      problem={save.problem}
      onClose={onClose}
      onSend={({ name, sn, copies, enabled }) =>
        void save.run({ name, sn, copies, enabled }).then((saved) => saved && onClose())
      }
    >
      <Form.Item name="name" label={t('common.name')} rules={required}>
        <Input maxLength={32} autoFocus />
      </Form.Item>
      <Form.Item name="sn" label={t('printers.sn')} rules={required}>
        <Input maxLength={20} autoComplete="off" />
      </Form.Item>
      <Form.Item name="copies" label={t('printers.copies')}>
        <InputNumber min={1} max={9} precision={0} />
      </Form.Item>
      <Form.Item name="enabled" label={t('common.enabled')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </DialogForm>
  );
}
