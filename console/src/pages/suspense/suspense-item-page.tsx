import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { SuspenseItem } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { DetailPage, type Back } from '../../ui/detail-page.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatFen } from '../../ui/fen.ts';
import { NumberText } from '../../ui/number-text.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { StatusTag } from '../../ui/status-tag.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { Evidence } from './evidence.tsx';
import { SuspenseActions } from './suspense-actions.tsx';
import { SuspenseStory } from './suspense-story.tsx';

export default function SuspenseItemPage() {
  const t = useWords();
  const { id = '' } = useParams();
  const item = useQuery({
    queryKey: ['suspense-item', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/suspense/{id}', { params: { path: { id } }, signal })),
  });
  const back = { to: '/suspense', label: t('suspense.title') };
  return (
    <DetailPage query={item} title={t('suspense.title')} back={back}>
      {(data) => <Shown item={data} back={back} />}
    </DetailPage>
  );
}

function Shown({ item, back }: { item: SuspenseItem; back: Back }) {
  const t = useWords();
  return (
    <Page
      title={t('suspense.itemTitle', {
        cause: t(`suspense.${item.kind}`),
        amount: formatFen(item.amountFen),
      })}
      back={back}
      tags={<StatusTag kind="suspense" value={item.status} />}
      actions={item.status === 'OPEN' && <SuspenseActions item={item} />}
    >
      <SuspenseStory item={item} />
      <div className="columns">
        <div>
          <Returns item={item} />
          <Panel title={t('suspense.evidence')}>
            <Evidence evidence={item.evidence} />
          </Panel>
        </div>
        <Panel>
          <Facts
            items={[
              [t('common.amount'), <Amount fen={item.amountFen} strong />],
              [t('suspense.expected'), item.expectedFen !== undefined && <Amount fen={item.expectedFen} />],
              [
                t('common.order'),
                item.orderId && <Link to={`/orders/${item.orderId}`}>{t('common.toOrder')}</Link>,
              ],
              [t('payments.transactionId'), <NumberText value={item.transactionId} />],
              [t('payments.outTradeNo'), <NumberText value={item.outTradeNo} />],
              [t('common.account'), `${item.account} · ${item.mchId}`],
              [t('common.time'), <Time at={item.createdAt} />],
              [t('suspense.autoReturn'), item.returnAt && <Age at={item.returnAt} />],
              [t('suspense.acceptedBy'), item.accepted?.by],
              [t('common.note'), item.accepted?.note],
            ]}
          />
        </Panel>
      </div>
    </Page>
  );
}

function Returns({ item: { returns } }: { item: SuspenseItem }) {
  const t = useWords();
  if (returns.length === 0) return null;
  return (
    <Panel title={t('suspense.returns')}>
      <ul className="link-list">
        {returns.map((refund) => (
          <li key={refund.id}>
            <Link to={`/refunds/${refund.id}`}>{refund.refundNo}</Link>
            <StatusTag kind="refund" value={refund.status} />
            <Amount fen={refund.amountFen} strong />
            <span className="muted">{refund.failure ?? refund.reason}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
