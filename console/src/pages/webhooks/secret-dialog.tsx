import { Button, Modal } from 'antd';
import { useWords } from '../../i18n/language.tsx';
import { NumberText } from '../../ui/number-text.tsx';

/** A signing secret, the one time it is shown. Not closed by accident: only its button ends it. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const t = useWords();
  return (
    <Modal
      open
      title={t('webhooks.secret')}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('secondFactor.kept')}
        </Button>
      }
    >
      <p className="dialog-hint">{t('webhooks.secretHint')}</p>
      <NumberText value={secret} />
    </Modal>
  );
}
