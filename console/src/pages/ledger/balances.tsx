import type { UseQueryResult } from '@tanstack/react-query';
import { Alert } from 'antd';
import type { LedgerAccounts } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { formatFen } from '../../ui/fen.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/page.tsx';
import { SimpleTable } from '../../ui/simple-table.tsx';

/** The trial balance: debit positive, credit negative, and all together nothing. */
export function Balances({ query }: { query: UseQueryResult<LedgerAccounts> }) {
  const t = useWords();
  return (
    <Loaded query={query} rows={5}>
      {({ items, total }) => (
        <>
          <Alert
            className="guidance"
            type={total === 0 ? 'success' : 'error'}
            showIcon
            title={total === 0 ? t('ledger.balanced') : t('ledger.unbalanced', { amount: formatFen(total) })}
          />
          {items.length > 0 && (
            <Panel title={t('ledger.accounts')} flush>
              <SimpleTable
                label={t('ledger.accounts')}
                rows={items}
                columns={[
                  { title: t('ledger.account'), render: ({ account }) => t(`ledger.${account}`) },
                  { title: t('common.account'), render: ({ merchantAccount }) => merchantAccount },
                  {
                    title: t('ledger.debit'),
                    align: 'right',
                    render: ({ debitFen }) => <Amount fen={debitFen} />,
                  },
                  {
                    title: t('ledger.credit'),
                    align: 'right',
                    render: ({ creditFen }) => <Amount fen={creditFen} />,
                  },
                  {
                    title: t('ledger.balance'),
                    align: 'right',
                    render: ({ balanceFen }) => <Amount fen={balanceFen} signed strong />,
                  },
                ]}
              />
            </Panel>
          )}
        </>
      )}
    </Loaded>
  );
}
