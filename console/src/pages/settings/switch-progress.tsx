import type { Settings } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Tag } from '../../ui/status-tag.tsx';

type SignedWith = Settings['accounts'][number]['signedWith'];

/** How far WeChat is with signing by its public key: it goes over step by step, and back, as the merchant asks it to. */
export function SwitchProgress({ signedWith }: { signedWith: SignedWith }) {
  const t = useWords();
  const { publicKey, platformCertificate } = signedWith;
  if (publicKey + platformCertificate === 0)
    return <span className="muted">{t('overview.noNotification')}</span>;
  const state = platformCertificate === 0 ? 'done' : publicKey === 0 ? 'notBegun' : 'underWay';
  return (
    <>
      <Tag tone={state === 'done' ? 'good' : 'busy'}>{t(`settings.switch.${state}`)}</Tag>{' '}
      {t('settings.switchCounts', { publicKey, platformCertificate })}
    </>
  );
}
