import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import type { Session } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/page.tsx';
import { SimpleTable } from '../../ui/simple-table.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { deviceName } from './device-name.ts';

/** Where somebody is logged in, and the way to end it: one's own, or for an owner anybody's. */
export function SessionsPanel({ operatorId }: { operatorId: string }) {
  const t = useWords();
  const sessions = useQuery({
    queryKey: ['sessions', operatorId],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/sessions', { params: { query: { operatorId } }, signal })),
  });
  return (
    <Panel title={t('sessions.title')} flush>
      <Loaded query={sessions} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted panel-note">{t('sessions.none')}</p>
          ) : (
            <SimpleTable
              label={t('sessions.title')}
              rows={items}
              columns={[
                {
                  title: t('sessions.device'),
                  render: ({ userAgent, current }) => (
                    <span title={userAgent ?? undefined}>
                      {deviceName(userAgent)} {current && <Tag tone="good">{t('sessions.current')}</Tag>}
                    </span>
                  ),
                },
                { title: t('audit.ip'), render: ({ ip }) => <code>{ip ?? '—'}</code> },
                { title: t('sessions.lastSeen'), render: ({ lastSeenAt }) => <Age at={lastSeenAt} /> },
                { title: t('sessions.since'), render: ({ createdAt }) => <Time at={createdAt} /> },
                {
                  title: t('common.action'),
                  render: (session) => !session.current && <EndSession session={session} />,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

function EndSession({ session: { id } }: { session: Session }) {
  const t = useWords();
  const end = useAction(
    () => answered(api.DELETE('/api/v1/admin/sessions/{id}', { params: { path: { id } } })),
    { done: 'sessions.ended' },
  );
  return (
    <ConfirmButton size="small" danger question={t('sessions.endAsk')} onConfirm={() => end.run()}>
      {t('sessions.end')}
    </ConfirmButton>
  );
}
