import type { UseQueryResult } from '@tanstack/react-query';
import type { Jobs } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/page.tsx';
import { SimpleTable } from '../../ui/simple-table.tsx';
import { Age } from '../../ui/time.tsx';

/** What waits: the queue of events, and the rows that are due by themselves. */
export function Backlog({ query }: { query: UseQueryResult<Jobs> }) {
  const t = useWords();
  return (
    <Loaded query={query} rows={4}>
      {({ queues, due }) => (
        <div className="columns columns-even">
          <Panel title={t('jobs.queues')} flush>
            <SimpleTable
              label={t('jobs.queues')}
              rows={queues}
              columns={[
                { title: t('common.name'), render: ({ name }) => t(`jobs.queue.${name}`) },
                { title: t('job.waiting'), align: 'right', render: ({ waiting }) => waiting },
                { title: t('job.active'), align: 'right', render: ({ active }) => active },
                { title: t('job.retrying'), align: 'right', render: ({ retrying }) => retrying },
                { title: t('job.failed'), align: 'right', render: ({ failed }) => failed },
                { title: t('jobs.oldest'), render: ({ oldestWaitingAt }) => <Oldest at={oldestWaitingAt} /> },
              ]}
            />
          </Panel>
          <Panel title={t('jobs.due')} flush>
            <SimpleTable
              label={t('jobs.due')}
              rows={due}
              columns={[
                { title: t('common.name'), render: ({ name }) => t(`jobs.due.${name}`) },
                { title: t('jobs.due'), align: 'right', render: (row) => row.due },
                { title: t('jobs.oldest'), render: ({ oldestDueAt }) => <Oldest at={oldestDueAt} /> },
              ]}
            />
          </Panel>
        </div>
      )}
    </Loaded>
  );
}

function Oldest({ at }: { at: string | null }) {
  return at === null ? <span className="muted">—</span> : <Age at={at} />;
}
