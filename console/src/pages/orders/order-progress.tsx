import { Steps } from 'antd';
import type { Order, OrderStatus } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Time } from '../../ui/time.tsx';
import { usePhone } from '../../ui/use-phone.ts';

const WAY: readonly OrderStatus[] = ['PENDING_PAYMENT', 'PAID', 'SHIPPED', 'COMPLETED'];

/** The order's state machine with where it stands; a closed order ends after its first step. */
export function OrderProgress({ order }: { order: Order }) {
  const t = useWords();
  const phone = usePhone();
  const way: readonly OrderStatus[] = order.status === 'CLOSED' ? ['PENDING_PAYMENT', 'CLOSED'] : WAY;
  const reached: Partial<Record<OrderStatus, string | undefined>> = {
    PENDING_PAYMENT: order.createdAt,
    PAID: order.paidAt,
    SHIPPED: order.shipment?.shippedAt,
    COMPLETED: order.completedAt,
    CLOSED: order.closedAt,
  };
  return (
    <Steps
      size="small"
      orientation={phone ? 'vertical' : 'horizontal'}
      responsive={false}
      current={way.indexOf(order.status)}
      status={order.status === 'COMPLETED' || order.status === 'CLOSED' ? 'finish' : 'process'}
      items={way.map((status) => {
        const at = reached[status];
        return { title: t(`order.step.${status}`), content: at === undefined ? undefined : <Time at={at} /> };
      })}
    />
  );
}
