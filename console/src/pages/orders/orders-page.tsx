import { useState } from 'react';
import { useLocation } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { OrderRow } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { Amount } from '../../ui/amount.tsx';
import { ExportButton } from '../../ui/export-button.tsx';
import { namesOf, type Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { StatusTag, Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';
import { BatchOrders, mayBeClosed, mayBePrinted } from './batch-orders.tsx';

const STATUSES = ['PENDING_PAYMENT', 'PAID', 'SHIPPED', 'COMPLETED', 'CLOSED'] as const;
const TRADE_TYPES = ['JSAPI', 'APP', 'NATIVE', 'H5'] as const;
const REFUND_STATUSES = ['NONE', 'PARTIAL', 'FULL'] as const;

export default function OrdersPage() {
  const t = useWords();
  const { can } = useSession();
  const { search } = useLocation();
  const [selection, setSelection] = useState({ search, rows: [] as OrderRow[] });
  // What other filters have put out of sight shall not be acted upon.
  const chosen = selection.search === search ? selection.rows : [];
  const setChosen = (rows: OrderRow[]) => setSelection({ search, rows });
  const filters: Filter[] = [
    { kind: 'search', name: 'q', label: t('orders.search') },
    {
      kind: 'choice',
      name: 'status',
      label: t('common.status'),
      options: STATUSES.map((value) => ({ value, label: t(`order.${value}`) })),
    },
    {
      kind: 'choice',
      name: 'refundStatus',
      label: t('orders.refundStatus'),
      options: REFUND_STATUSES.map((value) => ({ value, label: t(`refundShare.${value}`) })),
    },
    {
      kind: 'choice',
      name: 'tradeType',
      label: t('payments.tradeType'),
      options: TRADE_TYPES.map((value) => ({ value, label: t(`tradeType.${value}`) })),
    },
    { kind: 'period' },
    { kind: 'amounts' },
    { kind: 'tab', names: ['buyerId', 'account'] },
  ];
  return (
    <ListPage<OrderRow>
      name="orders"
      title={t('orders.title')}
      label={t('orders.title')}
      filters={filters}
      withViews
      load={(query, signal) => answered(api.GET('/api/v1/admin/orders', { params: { query }, signal }))}
      href={({ id }) => `/orders/${id}`}
      {...((can('orders.print') || can('orders.close')) && {
        selection: {
          ids: chosen.map(({ id }) => id),
          mayChoose: (order: OrderRow) => mayBeClosed(order) || mayBePrinted(order),
          onChange: setChosen,
        },
      })}
      actions={
        chosen.length > 0 ? (
          <BatchOrders orders={chosen} onDone={() => setChosen([])} />
        ) : (
          <ExportButton path="orders.csv" names={namesOf(filters)} />
        )
      }
      empty={{ title: t('orders.empty'), hint: t('orders.emptyHint') }}
      columns={[
        {
          title: t('orders.number'),
          phone: 'head',
          render: ({ orderNo }) => <span className="tabular">{orderNo}</span>,
        },
        {
          title: t('common.status'),
          phone: 'side',
          render: (order) => (
            <span className="tag-row">
              <StatusTag kind="order" value={order.status} />
              {order.closing === true && <Tag tone="busy">{t('orders.closing')}</Tag>}
              {order.refundStatus !== 'NONE' && <StatusTag kind="refundShare" value={order.refundStatus} />}
            </span>
          ),
        },
        { title: t('orders.goods'), render: (order) => <Goods items={order.items} /> },
        {
          title: t('orders.payable'),
          align: 'right',
          render: ({ payableFen }) => <Amount fen={payableFen} strong />,
        },
        {
          title: t('orders.refunded'),
          align: 'right',
          phone: 'hidden',
          render: ({ refundedFen }) =>
            refundedFen > 0 ? <Amount fen={refundedFen} /> : <span className="muted">—</span>,
        },
        { title: t('common.createdAt'), render: ({ createdAt }) => <Time at={createdAt} /> },
      ]}
    />
  );
}

function Goods({ items }: Pick<OrderRow, 'items'>) {
  const [first, ...others] = items;
  if (first === undefined) return null;
  return (
    <span className="goods">
      {first.name} ×{first.quantity}
      {others.length > 0 && <span className="muted"> +{others.length}</span>}
    </span>
  );
}
