import type { Order } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { SimpleTable } from '../../ui/simple-table.tsx';

export function OrderGoods({ order }: { order: Order }) {
  const t = useWords();
  return (
    <SimpleTable
      label={t('order.goods')}
      rows={order.items}
      columns={[
        { title: t('orders.goods'), render: ({ name }) => name },
        {
          title: t('order.unitPrice'),
          align: 'right',
          render: ({ unitPriceFen }) => <Amount fen={unitPriceFen} />,
        },
        { title: t('order.quantity'), align: 'right', render: ({ quantity }) => `×${quantity}` },
        {
          title: t('order.lineTotal'),
          align: 'right',
          render: ({ payableFen }) => <Amount fen={payableFen} />,
        },
      ]}
    />
  );
}
