import { Form, Input, Segmented } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { ElsewhereCard, Refund } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';

const WAYS = ['USER_BANK_CARD', 'MERCHANT_BANK_CARD'] as const;

interface Values {
  type: (typeof WAYS)[number];
  bankType?: string;
  bankAccount?: string;
  realName?: string;
}

/** Where the money of an abnormal refund goes instead. Card data is sent and kept nowhere, here neither. */
export function ElsewhereDialog({ refund, onClose }: { refund: Refund; onClose: () => void }) {
  const t = useWords();
  const [form] = Form.useForm<Values>();
  const type = Form.useWatch('type', form) ?? 'USER_BANK_CARD';
  const send = useAction(
    (body: ElsewhereCard, sent) =>
      answered(
        api.POST('/api/v1/admin/refunds/{id}/abnormal', {
          params: { path: { id: refund.id } },
          body,
          ...sent,
        }),
      ),
    { done: 'refund.sentElsewhere', quiet: true },
  );
  const required = [{ required: true, whitespace: true, message: t('common.required') }];
  return (
    <DialogForm<Values>
      title={t('refund.elsewhere')}
      okText={t('common.confirm')}
      form={form}
      initialValues={{ type: 'USER_BANK_CARD' }}
      pending={send.pending}
      problem={send.problem}
      onClose={onClose}
      onSend={(values) => void send.run(cardOf(values)).then((sent) => sent && onClose())}
    >
      <p className="muted dialog-hint">{t('refund.elsewhereWhy')}</p>
      <Form.Item name="type">
        <Segmented block options={WAYS.map((value) => ({ value, label: t(`refund.${value}`) }))} />
      </Form.Item>
      {type === 'USER_BANK_CARD' && (
        <>
          <Form.Item name="bankType" label={t('refund.bankType')} rules={required}>
            <Input placeholder="ICBC_DEBIT" autoCapitalize="characters" autoComplete="off" />
          </Form.Item>
          <Form.Item name="bankAccount" label={t('refund.bankAccount')} rules={required}>
            <Input inputMode="numeric" autoComplete="off" />
          </Form.Item>
          <Form.Item name="realName" label={t('refund.realName')} rules={required}>
            <Input autoComplete="off" />
          </Form.Item>
        </>
      )}
    </DialogForm>
  );
}

function cardOf({ type, bankType = '', bankAccount = '', realName = '' }: Values): ElsewhereCard {
  return type === 'MERCHANT_BANK_CARD' ? { type } : { type, bankType, bankAccount, realName };
}
