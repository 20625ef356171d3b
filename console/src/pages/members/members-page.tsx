import { answered, api } from '../../api/client.ts';
import type { Buyer } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import type { Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';

export default function MembersPage() {
  const t = useWords();
  const filters: Filter[] = [
    { kind: 'search', name: 'q', label: t('members.search') },
    {
      kind: 'choice',
      name: 'blocked',
      label: t('common.status'),
      options: [
        { value: 'false', label: t('members.normal') },
        { value: 'true', label: t('members.blocked') },
      ],
    },
    { kind: 'period' },
  ];
  return (
    <ListPage<Buyer>
      name="members"
      title={t('members.title')}
      label={t('members.title')}
      filters={filters}
      load={(query, signal) => answered(api.GET('/api/v1/admin/buyers', { params: { query }, signal }))}
      href={({ id }) => `/members/${id}`}
      empty={{ title: t('members.empty'), hint: t('members.emptyHint') }}
      columns={[
        { title: t('members.openid'), phone: 'head', render: ({ openid }) => <code>{openid}</code> },
        {
          title: t('common.status'),
          phone: 'side',
          render: ({ blockedAt }) => (
            <Tag tone={blockedAt === undefined ? 'good' : 'bad'}>
              {t(blockedAt === undefined ? 'members.normal' : 'members.blocked')}
            </Tag>
          ),
        },
        {
          title: t('members.orders'),
          align: 'right',
          render: ({ orders, ordersPaid }) => (
            <span className="tabular">
              {ordersPaid} / {orders}
            </span>
          ),
        },
        {
          title: t('members.paid'),
          align: 'right',
          render: ({ paidFen }) => <Amount fen={paidFen} strong />,
        },
        {
          title: t('members.refunded'),
          align: 'right',
          phone: 'hidden',
          render: ({ refundedFen }) => <Amount fen={refundedFen} />,
        },
        {
          title: t('common.note'),
          phone: 'hidden',
          render: ({ note }) => <span className="clip">{note === '' ? '—' : note}</span>,
        },
        { title: t('members.lastLogin'), render: ({ lastLoginAt }) => <Time at={lastLoginAt} /> },
      ]}
    />
  );
}
