import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Webhook } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { DetailPage, type Back } from '../../ui/detail-page.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';
import { Deliveries } from './deliveries.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { WebhookDialog } from './webhook-dialog.tsx';

export default function WebhookPage() {
  const t = useWords();
  const { id = '' } = useParams();
  const webhook = useQuery({
    queryKey: ['webhook', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/webhooks/{id}', { params: { path: { id } }, signal })),
  });
  const back = { to: '/webhooks', label: t('webhooks.title') };
  return (
    <DetailPage query={webhook} title={t('webhooks.title')} back={back}>
      {(data) => <Shown webhook={data} back={back} />}
    </DetailPage>
  );
}

function Shown({ webhook, back }: { webhook: Webhook; back: Back }) {
  const t = useWords();
  const { can } = useSession();
  return (
    <Page
      title={webhook.description ?? webhook.url}
      back={back}
      tags={
        <Tag tone={webhook.enabled ? 'good' : 'quiet'}>
          {t(webhook.enabled ? 'common.enabled' : 'common.disabled')}
        </Tag>
      }
      actions={can('webhooks.manage') && <WebhookActions webhook={webhook} />}
    >
      <Panel>
        <Facts
          items={[
            [t('webhooks.url'), <code>{webhook.url}</code>],
            [
              t('webhooks.events'),
              <span className="tag-row">
                {webhook.eventTypes.map((type) => (
                  <Tag key={type} tone="quiet">
                    <span title={type}>{t(`event.${type}`)}</span>
                  </Tag>
                ))}
              </span>,
            ],
            [
              t('webhooks.previousUntil'),
              webhook.previousSecretUntil && <Time at={webhook.previousSecretUntil} />,
            ],
            [t('common.createdAt'), <Time at={webhook.createdAt} />],
          ]}
        />
      </Panel>
      <Deliveries webhookId={webhook.id} />
    </Page>
  );
}

function WebhookActions({ webhook }: { webhook: Webhook }) {
  const t = useWords();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const [secret, setSecret] = useState<string>();
  const path = { params: { path: { id: webhook.id } } };
  const rotate = useAction(() =>
    answered(api.POST('/api/v1/admin/webhooks/{id}/rotate-secret', { ...path, body: {} })),
  );
  const remove = useAction(
    async (_, sent) => {
      await answered(api.DELETE('/api/v1/admin/webhooks/{id}', { ...path, ...sent }));
      return true;
    },
    { done: 'common.deleted' },
  );
  return (
    <>
      <ConfirmButton
        danger
        question={t('webhooks.deleteAsk')}
        explanation={t('webhooks.deleteWhy')}
        onConfirm={async () => {
          if ((await remove.run()) === true) void navigate('/webhooks');
        }}
      >
        {t('common.delete')}
      </ConfirmButton>
      <ConfirmButton
        question={t('webhooks.rotateAsk')}
        explanation={t('webhooks.rotateWhy')}
        onConfirm={async () => setSecret((await rotate.run())?.secret)}
      >
        {t('webhooks.rotate')}
      </ConfirmButton>
      <Button type="primary" onClick={() => setEditing(true)}>
        {t('common.edit')}
      </Button>
      {editing && <WebhookDialog webhook={webhook} onClose={() => setEditing(false)} />}
      {secret !== undefined && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}
