import { Link } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { SuspenseRow } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import type { Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { StatusTag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';

const KINDS = ['LATE', 'DOUBLE', 'WRONG_AMOUNT', 'UNKNOWN_ORDER'] as const;
const STATUSES = ['OPEN', 'RETURNING', 'RETURNED', 'ACCEPTED'] as const;

export default function SuspensePage() {
  const t = useWords();
  const filters: Filter[] = [
    {
      kind: 'choice',
      name: 'status',
      label: t('common.status'),
      options: STATUSES.map((value) => ({ value, label: t(`suspense.${value}`) })),
    },
    {
      kind: 'choice',
      name: 'kind',
      label: t('suspense.cause'),
      options: KINDS.map((value) => ({ value, label: t(`suspense.${value}`) })),
    },
    { kind: 'period' },
  ];
  return (
    <ListPage<SuspenseRow>
      name="suspense"
      title={t('suspense.title')}
      subtitle={t('suspense.subtitle')}
      label={t('suspense.title')}
      filters={filters}
      load={(query, signal) => answered(api.GET('/api/v1/admin/suspense', { params: { query }, signal }))}
      href={({ id }) => `/suspense/${id}`}
      empty={{ title: t('suspense.empty'), hint: t('suspense.emptyHint') }}
      columns={[
        { title: t('suspense.cause'), phone: 'head', render: ({ kind }) => t(`suspense.${kind}`) },
        {
          title: t('common.status'),
          phone: 'side',
          render: ({ status }) => <StatusTag kind="suspense" value={status} />,
        },
        {
          title: t('common.amount'),
          align: 'right',
          render: ({ amountFen }) => <Amount fen={amountFen} strong />,
        },
        {
          title: t('payments.transactionId'),
          render: ({ transactionId }) => <span className="tabular">{transactionId}</span>,
        },
        {
          title: t('payments.outTradeNo'),
          phone: 'hidden',
          render: ({ outTradeNo, orderId }) =>
            orderId === undefined ? (
              <span className="tabular">{outTradeNo}</span>
            ) : (
              <Link className="tabular" to={`/orders/${orderId}`}>
                {outTradeNo}
              </Link>
            ),
        },
        { title: t('common.time'), render: ({ createdAt }) => <Time at={createdAt} /> },
      ]}
    />
  );
}
