import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import type { LedgerEntry } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { OpenWord } from '../../i18n/open-word.tsx';
import { Amount } from '../../ui/amount.tsx';
import { namesOf, type Filter } from '../../ui/filter-bar.tsx';
import { ExportButton } from '../../ui/export-button.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { Time } from '../../ui/time.tsx';
import { Balances } from './balances.tsx';

const ACCOUNTS = [
  'WECHAT_RECEIVABLE',
  'SETTLED_CASH',
  'FEES',
  'WECHAT_COUPON_DISCOUNT',
  'CUSTOMER_DEPOSITS',
  'REVENUE',
  'OTHER_INCOME',
  'REFUNDS_PAYABLE',
  'SUSPENSE',
] as const;

export default function LedgerPage() {
  const t = useWords();
  const accounts = useQuery({
    queryKey: ['ledger-accounts'],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/admin/ledger/accounts', { signal })),
  });
  const filters: Filter[] = [
    {
      kind: 'choice',
      name: 'account',
      label: t('ledger.account'),
      options: ACCOUNTS.map((value) => ({ value, label: t(`ledger.${value}`) })),
    },
    { kind: 'search', name: 'subjectId', label: t('audit.filterSubject') },
    { kind: 'period' },
  ];
  return (
    <ListPage<LedgerEntry>
      name="ledger"
      title={t('ledger.title')}
      label={t('ledger.entries')}
      actions={<ExportButton path="ledger/entries.csv" names={namesOf(filters)} />}
      above={<Balances query={accounts} />}
      filters={filters}
      load={(query, signal) =>
        answered(api.GET('/api/v1/admin/ledger/entries', { params: { query }, signal }))
      }
      empty={{ title: t('ledger.empty') }}
      columns={[
        { title: t('ledger.account'), phone: 'head', render: ({ account }) => t(`ledger.${account}`) },
        {
          title: t('common.amount'),
          align: 'right',
          phone: 'side',
          render: ({ amountFen }) => <Amount fen={amountFen} signed strong />,
        },
        { title: t('ledger.movement'), render: ({ kind }) => <OpenWord prefix="movement" name={kind} /> },
        { title: t('ledger.subject'), phone: 'hidden', render: ({ subjectId }) => <code>{subjectId}</code> },
        { title: t('common.account'), phone: 'hidden', render: ({ merchantAccount }) => merchantAccount },
        { title: t('common.time'), render: ({ bookedAt }) => <Time at={bookedAt} /> },
      ]}
    />
  );
}
