import type { Settings } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { formatFen } from '../../ui/fen.ts';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/page.tsx';
import { SimpleTable } from '../../ui/simple-table.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';

/** How refunds are decided: what each size takes, and who may say yes now. */
export function ApprovalsPanel({ approvals }: { approvals: Settings['approvals'] }) {
  const t = useWords();
  const { autoApproveMaxFen, stepUpMinFen, secondApprovalMinFen, fourEyes, deciders } = approvals;
  const off = <span className="muted">{t('approvals.off')}</span>;
  return (
    <Panel title={t('approvals.title')}>
      <p className="muted">{t('approvals.sum')}</p>
      <Facts
        items={[
          [
            t('approvals.auto'),
            autoApproveMaxFen === 0 ? off : t('approvals.upTo', { amount: formatFen(autoApproveMaxFen) }),
          ],
          [
            t('approvals.stepUp'),
            stepUpMinFen === null ? off : t('approvals.above', { amount: formatFen(stepUpMinFen) }),
          ],
          [
            t('approvals.second'),
            secondApprovalMinFen === null
              ? off
              : t('approvals.from', { amount: formatFen(secondApprovalMinFen) }),
          ],
          [t('approvals.fourEyes'), t(fourEyes ? 'common.yes' : 'common.no')],
        ]}
      />
      <h3 className="block-title">{t('approvals.deciders')}</h3>
      <SimpleTable
        label={t('approvals.deciders')}
        rows={deciders}
        columns={[
          { title: t('staff.name'), render: ({ displayName }) => displayName },
          {
            title: t('staff.role'),
            render: ({ role, deputyUntil }) => (
              <>
                {t(`role.${role}`)}
                {deputyUntil !== undefined && <Tag tone="attention">{t('staff.deputy')}</Tag>}
              </>
            ),
          },
          {
            title: t('staff.deputyUntil'),
            render: ({ deputyUntil }) => deputyUntil !== undefined && <Time at={deputyUntil} />,
          },
        ]}
      />
    </Panel>
  );
}
