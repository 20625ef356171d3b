import { Button, Modal, QRCode } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { CODE_LENGTH, CodeInput } from '../../session/code-input.tsx';
import { NumberText } from '../../ui/number-text.tsx';

export interface Enrolment {
  secret: string;
  otpauthUri: string;
}

/** Scan, confirm with a code, keep the recovery codes: only then it ends. */
export function EnrolDialog({ enrolment, onClose }: { enrolment: Enrolment; onClose: () => void }) {
  const t = useWords();
  const [code, setCode] = useState('');
  const [recoveryCodes, setRecoveryCodes] = useState<string[]>();
  const confirm = useAction((totp: string) =>
    answered(api.POST('/api/v1/admin/me/totp/confirm', { body: { totp } })),
  );
  if (recoveryCodes !== undefined)
    return (
      <Modal
        open
        title={t('secondFactor.recovery')}
        closable={false}
        keyboard={false}
        mask={{ closable: false }}
        footer={
          <Button type="primary" onClick={onClose}>
            {t('secondFactor.kept')}
          </Button>
        }
      >
        <p className="dialog-hint">{t('secondFactor.recoveryHint')}</p>
        <ul className="recovery-codes">
          {recoveryCodes.map((each) => (
            <li key={each}>
              <code>{each}</code>
            </li>
          ))}
        </ul>
      </Modal>
    );
  return (
    <Modal
      open
      title={t('secondFactor.enrol')}
      okText={t('common.confirm')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: code.length < CODE_LENGTH, loading: confirm.pending }}
      onCancel={onClose}
      onOk={async () => setRecoveryCodes((await confirm.run(code))?.recoveryCodes)}
    >
      <p className="dialog-hint">{t('secondFactor.scan')}</p>
      <QRCode value={enrolment.otpauthUri} color="#000000" bgColor="#ffffff" size={188} />
      <p className="dialog-hint muted">{t('secondFactor.secret')}</p>
      <NumberText value={enrolment.secret} />
      <p className="dialog-hint">{t('secondFactor.confirm')}</p>
      <CodeInput value={code} onChange={setCode} />
    </Modal>
  );
}
