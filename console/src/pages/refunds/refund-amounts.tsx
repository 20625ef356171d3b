import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import type { Order, Refund } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/page.tsx';
import { holdsAmount, liveFen } from '../orders/refundable.ts';

/** What is asked for beside what was paid and what else is on its way back: what one compares before one approves. */
export function RefundAmounts({ refund }: { refund: Refund }) {
  const t = useWords();
  const { orderId } = refund;
  const order = useQuery({
    queryKey: ['order', orderId],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/orders/{id}', { params: { path: { id: orderId ?? '' } }, signal })),
    enabled: orderId !== undefined,
  });
  if (orderId === undefined) return null;
  return (
    <Panel title={t('refund.amounts')}>
      <Loaded query={order} rows={3}>
        {(data) => <Sums refund={refund} order={data} />}
      </Loaded>
    </Panel>
  );
}

function Sums({ refund, order }: { refund: Refund; order: Order }) {
  const t = useWords();
  const others = liveFen(order.refunds.filter(({ id }) => id !== refund.id));
  const held = holdsAmount(refund.status);
  return (
    <>
      <div className="facts-amounts">
        <Facts
          items={[
            [t('refund.paidOfOrder'), <Amount fen={order.paidFen} />],
            [t('refund.otherLive'), <Amount fen={-others} />],
            [
              t(held ? 'refund.amount' : 'refund.amountNotPaid'),
              <Amount fen={held ? -refund.amountFen : refund.amountFen} strong />,
            ],
            [
              t(held ? 'refund.leftAfter' : 'refund.leftNow'),
              <Amount fen={order.paidFen - others - (held ? refund.amountFen : 0)} strong />,
            ],
          ]}
        />
      </div>
      {refund.items !== undefined && (
        <>
          <h3 className="block-title">{t('refund.goods')}</h3>
          <ul>
            {refund.items.map(({ productId, name, quantity, payableFen }) => (
              <li key={productId}>
                {name} ×{quantity} · <Amount fen={payableFen} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
