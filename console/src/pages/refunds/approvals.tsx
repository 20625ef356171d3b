import type { Refund } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Panel } from '../../ui/page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';

/** Who has said yes, and how many more have to. */
export function Approvals({ refund: { approvals, approvalsNeeded } }: { refund: Refund }) {
  const t = useWords();
  if (approvals.length === 0 && approvalsNeeded === 0) return null;
  return (
    <Panel
      title={t('refund.approvals')}
      extra={
        approvalsNeeded > 0 && (
          <Tag tone="attention">{t('refund.approvalsNeeded', { count: approvalsNeeded })}</Tag>
        )
      }
    >
      {approvals.length === 0 ? (
        <p className="muted">{t('refund.noApprovals')}</p>
      ) : (
        <ul className="link-list">
          {approvals.map(({ operatorId, name, note, approvedAt }) => (
            <li key={operatorId}>
              <strong>{name}</strong>
              <Time at={approvedAt} />
              {note !== undefined && <span>{note}</span>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
