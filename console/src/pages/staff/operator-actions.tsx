import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { Operator } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { OperatorDialog } from './operator-dialog.tsx';
import { PasswordDialog } from './password-dialog.tsx';

export function OperatorActions({ operator }: { operator: Operator }) {
  const t = useWords();
  const { id, displayName: name, disabled, hasSecondFactor } = operator;
  const path = { params: { path: { id } } };
  const [dialog, setDialog] = useState<'edit' | 'password'>();
  const change = useAction(
    (body: { disabled: boolean }, sent) =>
      answered(api.PATCH('/api/v1/admin/operators/{id}', { ...path, body, ...sent })),
    { done: 'common.saved' },
  );
  const resetFactor = useAction(() => answered(api.DELETE('/api/v1/admin/operators/{id}/totp', path)), {
    done: 'common.saved',
  });
  return (
    <>
      {disabled ? (
        <Button loading={change.pending} onClick={() => void change.run({ disabled: false })}>
          {t('staff.enable')}
        </Button>
      ) : (
        <ConfirmButton
          danger
          question={t('staff.disableAsk', { name })}
          explanation={t('staff.disableWhy')}
          onConfirm={() => change.run({ disabled: true })}
        >
          {t('staff.disable')}
        </ConfirmButton>
      )}
      {hasSecondFactor && (
        <ConfirmButton
          danger
          question={t('staff.resetFactorAsk', { name })}
          explanation={t('staff.resetFactorWhy')}
          onConfirm={() => resetFactor.run()}
        >
          {t('staff.resetFactor')}
        </ConfirmButton>
      )}
      <Button onClick={() => setDialog('password')}>{t('staff.resetPassword')}</Button>
      <Button type="primary" onClick={() => setDialog('edit')}>
        {t('staff.edit')}
      </Button>
      {dialog === 'edit' && <OperatorDialog operator={operator} onClose={() => setDialog(undefined)} />}
      {dialog === 'password' && <PasswordDialog operator={operator} onClose={() => setDialog(undefined)} />}
    </>
  );
}
