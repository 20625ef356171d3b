import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Order } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { DetailPage, type Back } from '../../ui/detail-page.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { StatusTag, Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';
import { OrderActions } from './order-actions.tsx';
import { OrderAmounts } from './order-amounts.tsx';
import { OrderBooks } from './order-books.tsx';
import { OrderGoods } from './order-goods.tsx';
import { OrderPayments } from './order-payments.tsx';
import { OrderProgress } from './order-progress.tsx';
import { OrderReceiver } from './order-receiver.tsx';
import { OrderRefunds } from './order-refunds.tsx';
import { OrderTimeline } from './order-timeline.tsx';

export default function OrderPage() {
  const t = useWords();
  const { id = '' } = useParams();
  const order = useQuery({
    queryKey: ['order', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/orders/{id}', { params: { path: { id } }, signal })),
  });
  const back = { to: '/orders', label: t('orders.title') };
  return (
    <DetailPage query={order} title={t('common.order')} back={back}>
      {(data) => <Shown order={data} back={back} />}
    </DetailPage>
  );
}

function Shown({ order, back }: { order: Order; back: Back }) {
  const t = useWords();
  return (
    <Page
      title={t('order.title', { number: order.orderNo })}
      back={back}
      tags={
        <>
          <StatusTag kind="order" value={order.status} />
          {order.closing === true && <Tag tone="busy">{t('orders.closing')}</Tag>}
          {order.refundStatus !== 'NONE' && <StatusTag kind="refundShare" value={order.refundStatus} />}
        </>
      }
      subtitle={
        <>
          {t('common.createdAt')} <Time at={order.createdAt} />
        </>
      }
      actions={<OrderActions order={order} />}
    >
      <Panel title={t('order.progress')}>
        <OrderProgress order={order} />
      </Panel>
      <div className="columns">
        <div>
          <Panel title={t('order.goods')} flush>
            <OrderGoods order={order} />
          </Panel>
          <OrderPayments order={order} />
          <OrderRefunds order={order} />
          <Panel title={t('order.timeline')}>
            <OrderTimeline events={order.timeline} />
          </Panel>
        </div>
        <div>
          <Panel title={t('order.amounts')}>
            <OrderAmounts order={order} />
          </Panel>
          <OrderReceiver order={order} />
          <OrderBooks ledger={order.ledger} />
        </div>
      </div>
    </Page>
  );
}
