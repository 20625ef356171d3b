import { Button } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Delivery } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { List } from '../../ui/list.tsx';
import { Panel } from '../../ui/page.tsx';
import { Raw } from '../../ui/raw.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { AttemptLog } from '../effects/attempt-log.tsx';
import { EffectState } from '../effects/effect-state.tsx';
import { EventName } from '../effects/event-name.tsx';

/** What was sent to the endpoint: every try, the exact body, and the way to send it again. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const t = useWords();
  return (
    <Panel title={t('webhooks.deliveries')} flush>
      <List<Delivery>
        label={t('webhooks.deliveries')}
        queryKey={['deliveries', webhookId]}
        load={(cursor, signal) =>
          answered(
            api.GET('/api/v1/admin/webhooks/{id}/deliveries', {
              params: { path: { id: webhookId }, query: cursor === undefined ? {} : { cursor } },
              signal,
            }),
          )
        }
        empty={{ title: t('webhooks.noDeliveries') }}
        details={(delivery) => (
          <>
            <AttemptLog log={delivery.log} />
            <Raw value={delivery.body} />
          </>
        )}
        columns={[
          { title: t('webhooks.type'), phone: 'head', render: ({ type }) => <EventName type={type} /> },
          {
            title: t('common.status'),
            phone: 'side',
            render: (delivery) => <EffectState effect={delivery} />,
          },
          {
            title: t('webhooks.messageId'),
            phone: 'hidden',
            render: ({ messageId }) => <code>{messageId}</code>,
          },
          { title: t('effects.attempts'), align: 'right', render: ({ attempts }) => attempts },
          {
            title: t('effects.nextAttempt'),
            render: ({ nextAttemptAt }) => nextAttemptAt !== undefined && <Age at={nextAttemptAt} />,
          },
          { title: t('common.createdAt'), render: ({ createdAt }) => <Time at={createdAt} /> },
          {
            title: t('common.action'),
            render: (delivery) =>
              delivery.status !== 'PENDING' && <SendAgain webhookId={webhookId} delivery={delivery} />,
          },
        ]}
      />
    </Panel>
  );
}

function SendAgain({ webhookId, delivery }: { webhookId: string; delivery: Delivery }) {
  const t = useWords();
  const { can } = useSession();
  const replay = useAction(
    (_, sent) =>
      answered(
        api.POST('/api/v1/admin/webhooks/{id}/deliveries/{deliveryId}/replay', {
          params: { path: { id: webhookId, deliveryId: delivery.id } },
          ...sent,
        }),
      ),
    { done: 'common.replayed' },
  );
  if (!can('effects.replay')) return null;
  return (
    <Button size="small" loading={replay.pending} onClick={() => void replay.run()}>
      {t('webhooks.resend')}
    </Button>
  );
}
