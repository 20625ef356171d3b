import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { SuspenseItem } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { formatFen } from '../../ui/fen.ts';

/** Give it back, or keep it with a reason. */
export function SuspenseActions({ item }: { item: SuspenseItem }) {
  const t = useWords();
  const { can } = useSession();
  const [accepting, setAccepting] = useState(false);
  const path = { params: { path: { id: item.id } } };
  const giveBack = useAction(
    (_, sent) => answered(api.POST('/api/v1/admin/suspense/{id}/return', { ...path, ...sent })),
    { done: 'suspense.returnAsked' },
  );
  const accept = useAction(
    (body: { note: string }, sent) =>
      answered(api.POST('/api/v1/admin/suspense/{id}/accept', { ...path, body, ...sent })),
    { done: 'suspense.accepted', quiet: true },
  );
  if (!can('suspense.decide')) return null;
  return (
    <>
      <Button onClick={() => setAccepting(true)}>{t('suspense.accept')}</Button>
      <ConfirmButton
        type="primary"
        loading={giveBack.pending}
        question={t('suspense.returnAsk')}
        explanation={t('suspense.returnWhy')}
        onConfirm={() => giveBack.run()}
      >
        {t('suspense.return')}
      </ConfirmButton>
      {accepting && (
        <DialogForm<{ note: string }>
          title={t('suspense.acceptAsk', { amount: formatFen(item.amountFen) })}
          okText={t('suspense.accept')}
          pending={accept.pending}
          problem={accept.problem}
          onClose={() => setAccepting(false)}
          onSend={(values) => void accept.run(values).then((done) => done && setAccepting(false))}
        >
          <p className="muted dialog-hint">{t('suspense.acceptWhy')}</p>
          <Form.Item
            name="note"
            label={t('suspense.acceptNote')}
            rules={[{ required: true, whitespace: true, message: t('common.required') }]}
          >
            <Input.TextArea rows={3} maxLength={500} autoFocus />
          </Form.Item>
        </DialogForm>
      )}
    </>
  );
}
