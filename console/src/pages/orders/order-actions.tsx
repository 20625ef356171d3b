import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { Order } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { RefundRequestDialog } from './refund-request-dialog.tsx';
import { ShipmentDialog } from './shipment-dialog.tsx';

/** What can be done to the order as it stands, by this person; the likeliest comes last, nearest the thumb. */
export function OrderActions({ order }: { order: Order }) {
  const t = useWords();
  const { can } = useSession();
  const [dialog, setDialog] = useState<'ship' | 'refund'>();
  const path = { params: { path: { id: order.id } } };
  const close = useAction(
    (_, sent) => answered(api.POST('/api/v1/admin/orders/{id}/close', { ...path, ...sent })),
    { done: 'order.closed' },
  );
  const print = useAction(
    (_, sent) => answered(api.POST('/api/v1/admin/orders/{id}/print', { ...path, body: {}, ...sent })),
    { done: 'order.printed' },
  );
  const paid = order.status === 'PAID' || order.status === 'SHIPPED' || order.status === 'COMPLETED';
  const shippable = order.status === 'PAID' && order.refundStatus !== 'FULL';
  return (
    <>
      {paid && can('orders.print') && (
        <Button loading={print.pending} onClick={() => void print.run()}>
          {t('order.print')}
        </Button>
      )}
      {order.status === 'PENDING_PAYMENT' && can('orders.close') && (
        <ConfirmButton
          danger
          loading={close.pending}
          question={t('order.closeAsk')}
          explanation={t('order.closeWhy')}
          onConfirm={() => close.run()}
        >
          {t('order.close')}
        </ConfirmButton>
      )}
      {paid && order.refundStatus !== 'FULL' && can('refunds.request') && (
        <Button onClick={() => setDialog('refund')}>{t('order.refund')}</Button>
      )}
      {order.status === 'SHIPPED' && can('orders.ship') && (
        <Button onClick={() => setDialog('ship')}>{t('order.correctShipment')}</Button>
      )}
      {shippable && can('orders.ship') && (
        <Button type="primary" onClick={() => setDialog('ship')}>
          {t('order.ship')}
        </Button>
      )}
      {dialog === 'ship' && <ShipmentDialog order={order} onClose={() => setDialog(undefined)} />}
      {dialog === 'refund' && <RefundRequestDialog order={order} onClose={() => setDialog(undefined)} />}
    </>
  );
}
