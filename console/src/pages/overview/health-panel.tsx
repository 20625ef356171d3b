import { Link } from 'react-router';
import type { Stats } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Panel } from '../../ui/page.tsx';
import { StatusTag, Tag } from '../../ui/status-tag.tsx';
import { Age } from '../../ui/time.tsx';
import { CertificateLine } from './certificate-line.tsx';

/** Whether the shop and WeChat still understand each other. */
export function HealthPanel({ stats }: { stats: Stats }) {
  const t = useWords();
  const { lastNotification, reconciliation, certificates, unknownOutcomes } = stats;
  return (
    <Panel title={t('overview.health')}>
      <ul className="health-list">
        <li>
          <Link to="/notifications">{t('overview.lastNotification')}</Link>
          {lastNotification === null ? (
            <span className="muted">{t('overview.noNotification')}</span>
          ) : (
            <span>
              <Age at={lastNotification.receivedAt} />{' '}
              <StatusTag kind="verdict" value={lastNotification.verdict} />
            </span>
          )}
        </li>
        <li>
          <span>
            {t('overview.unknown')} <span className="muted">{t('overview.unknownHint')}</span>
          </span>
          <Tag tone={unknownOutcomes > 0 ? 'busy' : 'good'}>{unknownOutcomes}</Tag>
        </li>
        <li>
          <Link to="/reconciliation">{t('overview.reconciliation')}</Link>
          <ReconciliationState reconciliation={reconciliation} />
        </li>
        {certificates?.map((certificate) => (
          <CertificateLine key={certificate.serial} certificate={certificate} />
        ))}
      </ul>
    </Panel>
  );
}

function ReconciliationState({ reconciliation }: Pick<Stats, 'reconciliation'>) {
  const t = useWords();
  if (reconciliation === null) return <span className="muted">{t('overview.noReconciliation')}</span>;
  const { date, status, differences } = reconciliation;
  return (
    <span>
      <span className="tabular">{date.slice(5)}</span>{' '}
      {differences > 0 ? (
        <Tag tone="bad">{t('overview.differencesOf', { count: differences })}</Tag>
      ) : status === 'DONE' ? (
        <Tag tone="good">{t('overview.noDifferences')}</Tag>
      ) : (
        <StatusTag kind="reconciliation" value={status} />
      )}
    </span>
  );
}
