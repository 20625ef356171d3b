import type { Order } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/page.tsx';
import { Tag } from '../../ui/status-tag.tsx';

/** What the order left in the ledger; nothing before the first payment. */
export function OrderBooks({ ledger }: Pick<Order, 'ledger'>) {
  const t = useWords();
  if (ledger.items.length === 0) return null;
  return (
    <Panel
      title={t('order.ledger')}
      extra={
        <Tag tone={ledger.total === 0 ? 'good' : 'bad'}>
          {t(ledger.total === 0 ? 'order.ledgerBalanced' : 'order.ledgerUnbalanced')}
        </Tag>
      }
    >
      <div className="facts-amounts">
        <Facts
          items={ledger.items.map(({ account, balanceFen }) => [
            t(`ledger.${account}`),
            <Amount key={account} fen={balanceFen} signed />,
          ])}
        />
      </div>
    </Panel>
  );
}
