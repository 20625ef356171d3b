import { answered, api } from '../../api/client.ts';
import type { NotificationRow } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import type { Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { StatusTag, Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';

const KINDS = ['PAYMENT', 'REFUND', 'MESSAGE'] as const;
const VERDICTS = [
  'SETTLED',
  'CONCLUDED',
  'DUPLICATE',
  'LATE',
  'DOUBLE',
  'WRONG_AMOUNT',
  'UNKNOWN_ORDER',
  'UNKNOWN_REFUND',
  'UNCONFIRMED',
  'NOT_PAID',
  'ANSWERED',
  'NOTED',
  'IGNORED',
  'FOREIGN',
  'FORGED',
  'PROBE',
  'MALFORMED',
] as const;

export default function NotificationsPage() {
  const t = useWords();
  const filters: Filter[] = [
    {
      kind: 'choice',
      name: 'kind',
      label: t('common.kind'),
      options: KINDS.map((value) => ({ value, label: t(`notifications.${value}`) })),
    },
    {
      kind: 'choice',
      name: 'outcome',
      label: t('notifications.verdict'),
      options: VERDICTS.map((value) => ({ value, label: t(`verdict.${value}`) })),
    },
    { kind: 'period' },
  ];
  return (
    <ListPage<NotificationRow>
      name="notifications"
      title={t('notifications.title')}
      subtitle={t('notifications.subtitle')}
      label={t('notifications.title')}
      filters={filters}
      load={(query, signal) =>
        answered(api.GET('/api/v1/admin/notifications', { params: { query }, signal }))
      }
      href={({ id }) => `/notifications/${id}`}
      empty={{ title: t('notifications.empty'), hint: t('notifications.emptyHint') }}
      columns={[
        { title: t('common.kind'), phone: 'head', render: ({ kind }) => t(`notifications.${kind}`) },
        {
          title: t('notifications.verdict'),
          phone: 'side',
          render: ({ verdict }) => <StatusTag kind="verdict" value={verdict} />,
        },
        { title: t('notifications.receivedAt'), render: ({ receivedAt }) => <Time at={receivedAt} /> },
        {
          title: t('notifications.verified'),
          render: ({ verified }) => (
            <Tag tone={verified ? 'good' : 'bad'}>
              {t(verified ? 'notifications.isVerified' : 'notifications.notVerified')}
            </Tag>
          ),
        },
        {
          title: t('notifications.numbers'),
          render: ({ outTradeNo }) => <span className="tabular">{outTradeNo ?? '—'}</span>,
        },
        { title: t('notifications.sourceIp'), phone: 'hidden', render: ({ sourceIp }) => sourceIp ?? '—' },
        { title: t('common.account'), phone: 'hidden', render: ({ account }) => account },
      ]}
    />
  );
}
