import { answered, api } from '../../api/client.ts';
import type { PaymentRow } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import type { Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { StatusTag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';

const STATUSES = ['CREATED', 'PREPAID', 'SUCCESS', 'CLOSED', 'FAILED'] as const;
const TRADE_TYPES = ['JSAPI', 'APP', 'NATIVE', 'H5'] as const;

export default function PaymentsPage() {
  const t = useWords();
  const filters: Filter[] = [
    { kind: 'search', name: 'q', label: t('payments.search') },
    {
      kind: 'choice',
      name: 'status',
      label: t('common.status'),
      options: STATUSES.map((value) => ({ value, label: t(`payment.${value}`) })),
    },
    {
      kind: 'choice',
      name: 'tradeType',
      label: t('payments.tradeType'),
      options: TRADE_TYPES.map((value) => ({ value, label: t(`tradeType.${value}`) })),
    },
    { kind: 'period' },
  ];
  return (
    <ListPage<PaymentRow>
      name="payments"
      title={t('payments.title')}
      label={t('payments.title')}
      filters={filters}
      load={(query, signal) => answered(api.GET('/api/v1/admin/payments', { params: { query }, signal }))}
      href={({ orderId }) => `/orders/${orderId}`}
      empty={{ title: t('payments.empty'), hint: t('orders.emptyHint') }}
      columns={[
        {
          title: t('payments.outTradeNo'),
          phone: 'head',
          render: ({ outTradeNo }) => <span className="tabular">{outTradeNo}</span>,
        },
        {
          title: t('common.status'),
          phone: 'side',
          render: ({ status }) => <StatusTag kind="payment" value={status} />,
        },
        {
          title: t('common.amount'),
          align: 'right',
          render: ({ amountFen }) => <Amount fen={amountFen} strong />,
        },
        { title: t('payments.tradeType'), render: ({ tradeType }) => t(`tradeType.${tradeType}`) },
        {
          title: t('payments.transactionId'),
          render: ({ transactionId }) => <span className="tabular">{transactionId ?? '—'}</span>,
        },
        { title: t('common.account'), phone: 'hidden', render: ({ account }) => account },
        { title: t('common.createdAt'), render: ({ createdAt }) => <Time at={createdAt} /> },
      ]}
    />
  );
}
