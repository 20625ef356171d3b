import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Refund } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { DetailPage, type Back } from '../../ui/detail-page.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { StatusTag, Tag } from '../../ui/status-tag.tsx';
import { Approvals } from './approvals.tsx';
import { RefundActions } from './refund-actions.tsx';
import { RefundAmounts } from './refund-amounts.tsx';
import { RefundFacts } from './refund-facts.tsx';
import { RefundGuidance } from './refund-guidance.tsx';
import { RefundPictures } from './refund-pictures.tsx';
import { RefundProgress } from './refund-progress.tsx';

export default function RefundPage() {
  const t = useWords();
  const { id = '' } = useParams();
  const refund = useQuery({
    queryKey: ['refund', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/refunds/{id}', { params: { path: { id } }, signal })),
  });
  const back = { to: '/refunds', label: t('refunds.title') };
  return (
    <DetailPage query={refund} title={t('refunds.title')} back={back}>
      {(data) => <Shown refund={data} back={back} />}
    </DetailPage>
  );
}

function Shown({ refund, back }: { refund: Refund; back: Back }) {
  const t = useWords();
  return (
    <Page
      title={t('refund.title', { number: refund.refundNo })}
      back={back}
      tags={
        <>
          <StatusTag kind="refund" value={refund.status} />
          {refund.purpose === 'SUSPENSE' && <Tag tone="quiet">{t('refunds.SUSPENSE')}</Tag>}
        </>
      }
      subtitle={
        <>
          <Amount fen={refund.amountFen} strong /> · {refund.reason}
          {refund.orderId !== undefined && (
            <>
              {' · '}
              <Link to={`/orders/${refund.orderId}`}>{t('common.toOrder')}</Link>
            </>
          )}
          {refund.suspenseId !== undefined && (
            <>
              {' · '}
              <Link to={`/suspense/${refund.suspenseId}`}>{t('suspense.title')}</Link>
            </>
          )}
        </>
      }
      actions={<RefundActions refund={refund} />}
    >
      <RefundGuidance refund={refund} />
      <Panel title={t('refund.progress')}>
        <RefundProgress refund={refund} />
      </Panel>
      <div className="columns">
        <div>
          <RefundAmounts refund={refund} />
          <RefundPictures refund={refund} />
          <Approvals refund={refund} />
        </div>
        <Panel title={t('refund.facts')}>
          <RefundFacts refund={refund} />
        </Panel>
      </div>
    </Page>
  );
}
