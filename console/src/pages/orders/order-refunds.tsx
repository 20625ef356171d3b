import { Link } from 'react-router';
import type { Order } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { Panel } from '../../ui/page.tsx';
import { StatusTag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';

/** Refunds of the order and money of it that lies in suspense, each a link to where it is decided. */
export function OrderRefunds({ order: { refunds, suspense } }: { order: Order }) {
  const t = useWords();
  return (
    <>
      {refunds.length > 0 && (
        <Panel title={t('order.refunds')}>
          <ul className="link-list">
            {refunds.map((refund) => (
              <li key={refund.id}>
                <Link to={`/refunds/${refund.id}`}>{refund.refundNo}</Link>
                <StatusTag kind="refund" value={refund.status} />
                <Amount fen={refund.amountFen} strong />
                <span className="muted">{refund.reason}</span>
                <Time at={refund.createdAt} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {suspense.length > 0 && (
        <Panel title={t('order.suspense')}>
          <ul className="link-list">
            {suspense.map((item) => (
              <li key={item.id}>
                <Link to={`/suspense/${item.id}`}>{t(`suspense.${item.kind}`)}</Link>
                <StatusTag kind="suspense" value={item.status} />
                <Amount fen={item.amountFen} strong />
                <Time at={item.createdAt} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}
