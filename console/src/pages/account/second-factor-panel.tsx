import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { Panel } from '../../ui/page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { EnrolDialog, type Enrolment } from './enrol-dialog.tsx';

/** One's own second factor: set up with an authenticator, or removed while a fresh code is at hand. */
export function SecondFactorPanel() {
  const t = useWords();
  const { me } = useSession();
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const enrol = useAction(() => answered(api.POST('/api/v1/admin/me/totp')));
  const remove = useAction(() => answered(api.DELETE('/api/v1/admin/me/totp', { body: {} })), {
    done: 'secondFactor.removed',
  });
  return (
    <Panel
      title={t('secondFactor.title')}
      extra={
        <Tag tone={me.hasSecondFactor ? 'good' : 'attention'}>
          {t(me.hasSecondFactor ? 'secondFactor.on' : 'secondFactor.off')}
        </Tag>
      }
    >
      <p className="muted dialog-hint">{t('secondFactor.why')}</p>
      {me.hasSecondFactor ? (
        <ConfirmButton danger question={t('secondFactor.removeAsk')} onConfirm={() => remove.run()}>
          {t('secondFactor.remove')}
        </ConfirmButton>
      ) : (
        <Button type="primary" loading={enrol.pending} onClick={async () => setEnrolment(await enrol.run())}>
          {t('secondFactor.enrol')}
        </Button>
      )}
      {enrolment !== undefined && (
        <EnrolDialog enrolment={enrolment} onClose={() => setEnrolment(undefined)} />
      )}
    </Panel>
  );
}
