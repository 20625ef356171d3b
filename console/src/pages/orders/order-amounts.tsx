import type { Order } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { Facts } from '../../ui/facts.tsx';

export function OrderAmounts({ order }: { order: Order }) {
  const t = useWords();
  return (
    <div className="facts-amounts">
      <Facts
        items={[
          [t('order.total'), <Amount fen={order.totalFen} />],
          [t('order.discount'), order.discountFen > 0 && <Amount fen={-order.discountFen} />],
          [t('order.coupon'), order.couponCode],
          [t('orders.payable'), <Amount fen={order.payableFen} strong />],
          [t('orders.paid'), <Amount fen={order.paidFen} strong />],
          [t('orders.refunded'), order.refundedFen > 0 && <Amount fen={-order.refundedFen} />],
        ]}
      />
    </div>
  );
}
