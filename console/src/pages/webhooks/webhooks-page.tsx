import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { Webhook } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { WebhookDialog } from './webhook-dialog.tsx';

export default function WebhooksPage() {
  const t = useWords();
  const { can } = useSession();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <>
      <ListPage<Webhook>
        name="webhooks"
        title={t('webhooks.title')}
        label={t('webhooks.title')}
        load={(query, signal) => answered(api.GET('/api/v1/admin/webhooks', { params: { query }, signal }))}
        href={({ id }) => `/webhooks/${id}`}
        actions={
          can('webhooks.manage') && (
            <Button type="primary" onClick={() => setAdding(true)}>
              {t('webhooks.add')}
            </Button>
          )
        }
        empty={{ title: t('webhooks.empty'), hint: t('webhooks.emptyHint') }}
        columns={[
          {
            title: t('webhooks.url'),
            phone: 'head',
            render: ({ url }) => <span className="clip">{url}</span>,
          },
          {
            title: t('common.status'),
            phone: 'side',
            render: ({ enabled }) => (
              <Tag tone={enabled ? 'good' : 'quiet'}>{t(enabled ? 'common.enabled' : 'common.disabled')}</Tag>
            ),
          },
          { title: t('webhooks.description'), render: ({ description }) => description ?? '—' },
          { title: t('webhooks.events'), align: 'right', render: ({ eventTypes }) => eventTypes.length },
          { title: t('common.createdAt'), render: ({ createdAt }) => <Time at={createdAt} /> },
        ]}
      />
      {adding && <WebhookDialog onClose={() => setAdding(false)} onSecret={setSecret} />}
      {secret !== undefined && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}
