import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { Link, useParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Notification } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { DetailPage, type Back } from '../../ui/detail-page.tsx';
import { Facts } from '../../ui/facts.tsx';
import { NumberText } from '../../ui/number-text.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Raw } from '../../ui/raw.tsx';
import { StatusTag, Tag, toneOf } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';

const TYPES = { good: 'success', busy: 'info', attention: 'warning', bad: 'error', quiet: 'info' } as const;
/** The money of these verdicts is an item of the same kind in suspense. */
const IN_SUSPENSE: ReadonlySet<Notification['verdict']> = new Set([
  'LATE',
  'DOUBLE',
  'WRONG_AMOUNT',
  'UNKNOWN_ORDER',
]);

export default function NotificationPage() {
  const t = useWords();
  const { id = '' } = useParams();
  const notification = useQuery({
    queryKey: ['notification', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/notifications/{id}', { params: { path: { id } }, signal })),
  });
  const back = { to: '/notifications', label: t('notifications.title') };
  return (
    <DetailPage query={notification} title={t('notifications.title')} back={back}>
      {(data) => <Shown notification={data} back={back} />}
    </DetailPage>
  );
}

function Shown({ notification, back }: { notification: Notification; back: Back }) {
  const t = useWords();
  const { kind, verdict, reason, verified, body, bodyComplete, query } = notification;
  return (
    <Page
      title={t('notifications.itemTitle', { kind: t(`notifications.${kind}`) })}
      back={back}
      tags={<StatusTag kind="verdict" value={verdict} />}
      subtitle={<Time at={notification.receivedAt} />}
      actions={<Replay notification={notification} />}
    >
      <Alert
        className="guidance"
        type={TYPES[toneOf('verdict', verdict)]}
        showIcon
        title={t(`verdictHint.${verdict}`)}
        description={IN_SUSPENSE.has(verdict) && <ToSuspense notification={notification} />}
      />
      <div className="columns">
        <Panel
          title={t('notifications.body')}
          extra={!bodyComplete && <Tag tone="attention">{t('notifications.cutOff')}</Tag>}
        >
          {query !== undefined && <Raw value={query} />}
          <Raw value={body} />
        </Panel>
        <Panel>
          <Facts
            items={[
              [
                t('notifications.verified'),
                <Tag tone={verified ? 'good' : 'bad'}>
                  {t(verified ? 'notifications.isVerified' : 'notifications.notVerified')}
                </Tag>,
              ],
              [
                t('common.order'),
                notification.orderId && (
                  <Link to={`/orders/${notification.orderId}`}>{t('common.toOrder')}</Link>
                ),
              ],
              [
                t('nav.refunds'),
                notification.refundId && (
                  <Link to={`/refunds/${notification.refundId}`}>{t('nav.refunds')}</Link>
                ),
              ],
              [
                t('payments.outTradeNo'),
                notification.outTradeNo && <NumberText value={notification.outTradeNo} />,
              ],
              [
                t('payments.transactionId'),
                notification.transactionId && <NumberText value={notification.transactionId} />,
              ],
              [t('common.account'), notification.account],
              [t('notifications.sourceIp'), notification.sourceIp],
              [t('common.reason'), reason],
              [t('notifications.sha256'), <NumberText value={notification.bodySha256} />],
            ]}
          />
        </Panel>
      </div>
    </Page>
  );
}

/** Where the money of it lies now. */
function ToSuspense({ notification: { verdict } }: { notification: Notification }) {
  const t = useWords();
  const { can } = useSession();
  if (!can('suspense.read')) return null;
  return <Link to={`/suspense?kind=${verdict}`}>{t('notifications.toSuspense')}</Link>;
}

function Replay({ notification: { id, replayable } }: { notification: Notification }) {
  const t = useWords();
  const { can } = useSession();
  const replay = useAction(
    (_, sent) =>
      answered(api.POST('/api/v1/admin/notifications/{id}/replay', { params: { path: { id } }, ...sent })),
    { done: 'common.replayed' },
  );
  if (!replayable || !can('notifications.replay')) return null;
  return (
    <ConfirmButton
      loading={replay.pending}
      question={t('notifications.replayAsk')}
      explanation={t('notifications.replayWhy')}
      onConfirm={() => replay.run()}
    >
      {t('notifications.replay')}
    </ConfirmButton>
  );
}
