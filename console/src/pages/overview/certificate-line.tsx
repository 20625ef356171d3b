import type { Stats } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Tag, type Tone } from '../../ui/status-tag.tsx';

const DAY_MS = 86_400_000;

export type Certificate = NonNullable<Stats['certificates']>[number];

/** Renewing takes days of paperwork: a month ahead it becomes a task, a week ahead an emergency. */
export function certificateTone(days: number): Tone {
  if (days < 7) return 'bad';
  return days < 30 ? 'attention' : 'good';
}

export function daysLeft({ notAfter }: Certificate): number {
  return Math.floor((new Date(notAfter).getTime() - new Date().getTime()) / DAY_MS);
}

export function CertificateLine({ certificate }: { certificate: Certificate }) {
  const t = useWords();
  const days = daysLeft(certificate);
  return (
    <li>
      <span>
        {t(`overview.certificate${certificate.kind}`)}{' '}
        <code className="muted">…{certificate.serial.slice(-8)}</code>
      </span>
      <Tag tone={certificateTone(days)}>{t('overview.daysLeft', { days })}</Tag>
    </li>
  );
}
