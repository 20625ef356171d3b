import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { Link } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Job } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { Facts } from '../../ui/facts.tsx';
import type { Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { StatusTag } from '../../ui/status-tag.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { EventName } from '../effects/event-name.tsx';
import { Backlog } from './backlog.tsx';

const JOBS = '/api/v1/admin/jobs';
const STATES = ['failed', 'retrying'] as const;

export default function JobsPage() {
  const t = useWords();
  const backlog = useQuery({
    queryKey: ['backlog'],
    queryFn: ({ signal }) => answered(api.GET(JOBS, { params: { query: { limit: 1 } }, signal })),
    refetchInterval: 15_000,
  });
  const filters: Filter[] = [
    {
      kind: 'choice',
      name: 'state',
      label: t('common.status'),
      options: STATES.map((value) => ({ value, label: t(`job.${value}`) })),
    },
  ];
  return (
    <ListPage<Job>
      name="jobs"
      title={t('jobs.title')}
      subtitle={t('jobs.subtitle')}
      label={t('jobs.problems')}
      above={<Backlog query={backlog} />}
      filters={filters}
      load={(query, signal) => answered(api.GET(JOBS, { params: { query }, signal }))}
      details={(job) => <JobDetails job={job} />}
      empty={{ title: t('jobs.empty'), hint: t('jobs.emptyHint') }}
      columns={[
        {
          title: t('jobs.event'),
          phone: 'head',
          render: ({ payload }) => <EventName type={payload.type} />,
        },
        {
          title: t('common.status'),
          phone: 'side',
          render: ({ state }) => <StatusTag kind="job" value={state} />,
        },
        { title: t('jobs.attempts'), align: 'right', render: ({ attempts }) => attempts },
        { title: t('jobs.error'), render: ({ error }) => <span className="clip">{error ?? '—'}</span> },
        { title: t('common.createdAt'), render: ({ createdAt }) => <Time at={createdAt} /> },
        {
          title: t('jobs.next'),
          render: ({ nextAttemptAt }) =>
            nextAttemptAt === undefined ? <span className="muted">—</span> : <Age at={nextAttemptAt} />,
        },
        { title: t('common.action'), render: (job) => <RetryJob job={job} /> },
      ]}
    />
  );
}

/** The whole error, and where to look for what it is about. */
function JobDetails({ job: { id, payload, error, lastAttemptAt } }: { job: Job }) {
  const t = useWords();
  const { orderId, refundId, suspenseId, reconciliationId } = payload;
  return (
    <div className="row-details">
      <Facts
        items={[
          [t('jobs.error'), error],
          [t('common.order'), orderId && <Link to={`/orders/${orderId}`}>{t('common.toOrder')}</Link>],
          [t('subject.refund'), refundId && <Link to={`/refunds/${refundId}`}>{t('record.refund')}</Link>],
          [
            t('subject.suspense'),
            suspenseId && <Link to={`/suspense/${suspenseId}`}>{t('record.suspense')}</Link>,
          ],
          [
            t('subject.reconciliation'),
            reconciliationId && (
              <Link to={`/reconciliation/${reconciliationId}`}>{t('reconciliation.title')}</Link>
            ),
          ],
          [t('jobs.lastTry'), lastAttemptAt && <Time at={lastAttemptAt} />],
          [t('subject.job'), <code>{id}</code>],
        ]}
      />
    </div>
  );
}

function RetryJob({ job: { id } }: { job: Job }) {
  const t = useWords();
  const { can } = useSession();
  const retry = useAction(
    (_, sent) => answered(api.POST('/api/v1/admin/jobs/{id}/retry', { params: { path: { id } }, ...sent })),
    { done: 'common.replayed' },
  );
  if (!can('jobs.retry')) return null;
  return (
    <Button size="small" loading={retry.pending} onClick={() => void retry.run()}>
      {t('common.replay')}
    </Button>
  );
}
