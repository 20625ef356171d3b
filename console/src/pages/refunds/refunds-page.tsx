import { useState } from 'react';
import { useLocation } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { RefundRow } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { Amount } from '../../ui/amount.tsx';
import { ExportButton } from '../../ui/export-button.tsx';
import { formatFen } from '../../ui/fen.ts';
import type { Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { StatusTag, Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';
import { BatchApprove } from './batch-approve.tsx';
import { PersonName } from './person-name.tsx';
import { RefundTabs } from './refund-tabs.tsx';
import { WaitingSince } from './waiting-since.tsx';

const PURPOSES = ['ORDER', 'SUSPENSE'] as const;

export default function RefundsPage() {
  const t = useWords();
  const { can } = useSession();
  const { search } = useLocation();
  const [selection, setSelection] = useState({ search, rows: [] as RefundRow[] });
  // What other filters have put out of sight shall not be acted upon.
  const chosen = selection.search === search ? selection.rows : [];
  const setChosen = (rows: RefundRow[]) => setSelection({ search, rows });
  const filters: Filter[] = [
    { kind: 'search', name: 'q', label: t('refunds.search') },
    { kind: 'tab', names: ['status', 'awaitingMe'] },
    {
      kind: 'choice',
      name: 'purpose',
      label: t('refunds.purpose'),
      options: PURPOSES.map((value) => ({ value, label: t(`refunds.${value}`) })),
    },
    { kind: 'period' },
  ];
  return (
    <ListPage<RefundRow>
      name="refunds"
      title={t('refunds.title')}
      label={t('refunds.title')}
      filters={filters}
      above={<RefundTabs />}
      load={(query, signal) => answered(api.GET('/api/v1/admin/refunds', { params: { query }, signal }))}
      href={({ id }) => `/refunds/${id}`}
      {...(can('refunds.review') && {
        selection: {
          ids: chosen.map(({ id }) => id),
          mayChoose: ({ status, needsSingle }: RefundRow) => status === 'REQUESTED' && !needsSingle,
          onChange: setChosen,
        },
      })}
      actions={
        chosen.length > 0 ? (
          <BatchApprove refunds={chosen} onDone={() => setChosen([])} />
        ) : (
          <ExportButton path="refunds.csv" names={['status', 'purpose', 'q', 'from', 'to']} />
        )
      }
      empty={{ title: t('refunds.empty'), hint: t('refunds.emptyHint') }}
      columns={[
        {
          title: t('refunds.number'),
          phone: 'head',
          render: ({ refundNo }) => <span className="tabular">{refundNo}</span>,
        },
        {
          title: t('common.status'),
          phone: 'side',
          render: (refund) => (
            <span className="tag-row">
              <StatusTag kind="refund" value={refund.status} />
              {refund.purpose === 'SUSPENSE' && <Tag tone="quiet">{t('refunds.SUSPENSE')}</Tag>}
              {refund.needsSingle && <Tag tone="attention">{t('refunds.needsSingle')}</Tag>}
            </span>
          ),
        },
        {
          title: t('common.amount'),
          align: 'right',
          render: ({ amountFen }) => <Amount fen={amountFen} strong />,
        },
        {
          title: t('refunds.refundable'),
          align: 'right',
          render: ({ refundableFen, pendingFen = 0 }) =>
            refundableFen !== undefined && <OfOrder refundableFen={refundableFen} pendingFen={pendingFen} />,
        },
        {
          title: t('common.reason'),
          render: ({ reason }) => <span className="clip clip-narrow">{reason}</span>,
        },
        { title: t('refunds.requestedBy'), render: ({ requestedBy }) => <PersonName person={requestedBy} /> },
        {
          title: t('refunds.askedAt'),
          render: ({ status, createdAt }) =>
            status === 'REQUESTED' ? <WaitingSince at={createdAt} /> : <Time at={createdAt} />,
        },
      ]}
    />
  );
}

/** What one compares the amount with: what can still be refunded, and what is asked for or on its way with this one. */
function OfOrder({ refundableFen, pendingFen }: { refundableFen: number; pendingFen: number }) {
  const t = useWords();
  return (
    <>
      <Amount fen={refundableFen} />
      {pendingFen > 0 && (
        <div className="muted">{t('refunds.pending', { amount: formatFen(pendingFen) })}</div>
      )}
    </>
  );
}
