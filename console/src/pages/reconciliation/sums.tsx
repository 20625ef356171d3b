import type { ReactNode } from 'react';
import type { Reconciliation } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatMilliFen } from '../../ui/fen.ts';
import { Panel } from '../../ui/page.tsx';

type Totals = NonNullable<Reconciliation['totals']>;

/** WeChat's bill and the ledger, sum by sum. */
export function Sums({ totals: { bill, ledger, fundFlow, fundFlowMissing } }: { totals: Totals }) {
  const t = useWords();
  return (
    <Panel title={t('reconciliation.sums')}>
      <table className="sides">
        <thead>
          <tr>
            <th scope="col">{t('reconciliation.field')}</th>
            <th scope="col" className="number-cell">
              {t('reconciliation.bill')}
            </th>
            <th scope="col" className="number-cell">
              {t('reconciliation.ours')}
            </th>
          </tr>
        </thead>
        <tbody>
          <SumRow
            label={t('reconciliation.payments')}
            bill={<CountAndSum count={bill.payments} fen={bill.paymentsFen} />}
            ours={<CountAndSum count={ledger.payments} fen={ledger.paymentsFen} />}
            differs={bill.payments !== ledger.payments || bill.paymentsFen !== ledger.paymentsFen}
          />
          <SumRow
            label={t('reconciliation.refunds')}
            bill={<CountAndSum count={bill.refunds} fen={bill.refundsFen} />}
            ours={<CountAndSum count={ledger.refunds} fen={ledger.refundsFen} />}
            differs={bill.refunds !== ledger.refunds || bill.refundsFen !== ledger.refundsFen}
          />
          <SumRow
            label={t('reconciliation.fee')}
            bill={formatMilliFen(bill.feeMilliFen)}
            ours={formatMilliFen(ledger.feeMilliFen)}
            differs={bill.feeMilliFen !== ledger.feeMilliFen}
          />
        </tbody>
      </table>
      <h3 className="block-title">{t('reconciliation.fundFlow')}</h3>
      {fundFlow === null ? (
        <p className="muted">{t('reconciliation.noFundFlow', { why: fundFlowMissing ?? '' })}</p>
      ) : (
        <Facts
          items={[
            [t('reconciliation.income'), <Amount fen={fundFlow.incomeFen} />],
            [t('reconciliation.expense'), <Amount fen={fundFlow.expenseFen} />],
            [t('reconciliation.withdrawn'), <Amount fen={fundFlow.withdrawnFen} />],
          ]}
        />
      )}
    </Panel>
  );
}

function SumRow({
  label,
  bill,
  ours,
  differs,
}: {
  label: string;
  bill: ReactNode;
  ours: ReactNode;
  differs: boolean;
}) {
  return (
    <tr className={differs ? 'differs' : undefined}>
      <th scope="row">{label}</th>
      <td className="number-cell">{bill}</td>
      <td className="number-cell">{ours}</td>
    </tr>
  );
}

function CountAndSum({ count, fen }: { count: number; fen: number }) {
  const t = useWords();
  return (
    <>
      <Amount fen={fen} /> <span className="muted">{t('reconciliation.count', { count })}</span>
    </>
  );
}
