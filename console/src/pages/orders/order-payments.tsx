import { App, Button } from 'antd';
import { Link } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Order, Payment } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { Amount } from '../../ui/amount.tsx';
import { Facts } from '../../ui/facts.tsx';
import { NumberText } from '../../ui/number-text.tsx';
import { Panel } from '../../ui/page.tsx';
import { Raw } from '../../ui/raw.tsx';
import { StatusTag } from '../../ui/status-tag.tsx';
import { Age, Time } from '../../ui/time.tsx';

/** Every attempt to pay, the newest last, each with the question to WeChat. */
export function OrderPayments({ order: { payments, suspense } }: { order: Order }) {
  const t = useWords();
  if (payments.length === 0) return null;
  return (
    <Panel title={t('order.payments')}>
      {payments.map((payment) => (
        <PaymentCard
          key={payment.id}
          payment={payment}
          received={suspense.filter(({ paymentId }) => paymentId === payment.id)}
        />
      ))}
    </Panel>
  );
}

/** @param received what came in for this attempt and became no payment of the order, perhaps in another amount */
function PaymentCard({ payment, received }: { payment: Payment; received: Order['suspense'] }) {
  const t = useWords();
  return (
    <article className="block" aria-label={t('payments.attempt', { attempt: payment.attempt })}>
      <div className="block-head">
        <strong>{t('payments.attempt', { attempt: payment.attempt })}</strong>
        <StatusTag kind="payment" value={payment.status} />
        {received.length > 0 && <span className="muted">{t('suspense.expected')}</span>}
        <Amount fen={payment.amountFen} strong />
        <AskWeChat payment={payment} />
      </div>
      <Facts
        items={[
          [t('payments.outTradeNo'), <NumberText value={payment.outTradeNo} />],
          [
            t('payments.transactionId'),
            payment.transactionId && <NumberText value={payment.transactionId} />,
          ],
          [
            t('payments.received'),
            received.length > 0 &&
              received.map(({ id, kind, amountFen }) => (
                <div key={id}>
                  <Amount fen={amountFen} strong />{' '}
                  <Link to={`/suspense/${id}`}>{t(`suspense.${kind}`)}</Link>
                </div>
              )),
          ],
          [t('payments.tradeType'), t(`tradeType.${payment.tradeType}`)],
          [t('common.account'), `${payment.account} · ${payment.mchId}`],
          [t('order.paidAt'), payment.paidAt && <Time at={payment.paidAt} />],
          [t('payments.nextCheck'), payment.nextCheckAt && <Age at={payment.nextCheckAt} />],
          [t('common.reason'), payment.failure && `${payment.failure.code} ${payment.failure.message}`],
        ]}
      />
      {payment.receipt !== undefined && (
        <details>
          <summary>{t('payments.receipt')}</summary>
          <Raw value={payment.receipt} />
        </details>
      )}
    </article>
  );
}

function AskWeChat({ payment: { id } }: { payment: Payment }) {
  const t = useWords();
  const { can } = useSession();
  const { message } = App.useApp();
  const ask = useAction((_, sent) =>
    answered(api.POST('/api/v1/admin/payments/{id}/sync', { params: { path: { id } }, ...sent })),
  );
  if (!can('payments.sync')) return null;
  return (
    <Button
      size="small"
      loading={ask.pending}
      onClick={async () => {
        const answer = await ask.run();
        if (answer !== undefined)
          void message.info(t('order.queried', { answer: t(`wechat.${answer.wechat}`) }));
      }}
    >
      {t('order.query')}
    </Button>
  );
}
