import { App } from 'antd';
import { answered, api } from '../../api/client.ts';
import { oneByOne, type OneByOne } from '../../api/one-by-one.ts';
import type { OrderRow } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { problemTitles } from '../../ui/problem-notice.tsx';

export type OrderState = Pick<OrderRow, 'status' | 'closing'>;

export const mayBeClosed = ({ status, closing }: OrderState): boolean =>
  status === 'PENDING_PAYMENT' && closing !== true;
export const mayBePrinted = ({ status }: OrderState): boolean =>
  status === 'PAID' || status === 'SHIPPED' || status === 'COMPLETED';

/** What can be done to the chosen orders together, each kind to those it is for. */
export function BatchOrders({ orders, onDone }: { orders: readonly OrderRow[]; onDone: () => void }) {
  const t = useWords();
  const { can } = useSession();
  const { message } = App.useApp();
  const [unpaid, paid] = [orders.filter(mayBeClosed), orders.filter(mayBePrinted)];
  const close = useAction((ids: string[], sent) =>
    oneByOne(ids, (id) =>
      answered(api.POST('/api/v1/admin/orders/{id}/close', { params: { path: { id } }, ...sent })),
    ),
  );
  const print = useAction((ids: string[], sent) =>
    oneByOne(ids, (id) =>
      answered(api.POST('/api/v1/admin/orders/{id}/print', { params: { path: { id } }, body: {}, ...sent })),
    ),
  );

  function tell(done: OneByOne<unknown> | undefined): void {
    if (done === undefined) return;
    const { answers, refusals } = done;
    const said = [t('orders.batchDone', { done: answers.length })];
    if (refusals.length > 0)
      said.push(t('orders.batchRefused', { refused: refusals.length, why: problemTitles(refusals, t) }));
    void message.info(said.join(' · '));
    onDone();
  }

  return (
    <>
      {paid.length > 0 && can('orders.print') && (
        <ConfirmButton
          loading={print.pending}
          question={t('orders.batchPrintAsk', { count: paid.length })}
          explanation={t('orders.batchPrintWhy')}
          onConfirm={async () => tell(await print.run(paid.map(({ id }) => id)))}
        >
          {t('orders.batchPrint', { count: paid.length })}
        </ConfirmButton>
      )}
      {unpaid.length > 0 && can('orders.close') && (
        <ConfirmButton
          danger
          loading={close.pending}
          question={t('orders.batchCloseAsk', { count: unpaid.length })}
          explanation={t('order.closeWhy')}
          onConfirm={async () => tell(await close.run(unpaid.map(({ id }) => id)))}
        >
          {t('orders.batchClose', { count: unpaid.length })}
        </ConfirmButton>
      )}
    </>
  );
}
