import { useInfiniteQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Difference, Reconciliation } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { EmptyView } from '../../ui/empty-view.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { ProblemView } from '../../ui/problem-view.tsx';
import { StatusTag } from '../../ui/status-tag.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { DifferenceCard } from './difference-card.tsx';
import { Sums } from './sums.tsx';

/** One day against WeChat's bill: the sums, and every difference until somebody has explained it. */
export default function DayPage() {
  const t = useWords();
  const { id = '' } = useParams();
  const pages = useInfiniteQuery({
    queryKey: ['reconciliation', id],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/admin/reconciliations/{id}', {
          params: {
            path: { id },
            query: { limit: 50, ...(pageParam !== undefined && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // The bill is fetched in the background; no event of the shop's tells when it is done.
    refetchInterval: ({ state }) =>
      state.data?.pages[0]?.status === 'RUNNING' || state.data?.pages[0]?.status === 'WAITING' ? 3000 : false,
  });
  const day = pages.data?.pages[0];
  const back = { to: '/reconciliation', label: t('reconciliation.title') };
  if (day === undefined)
    return (
      <Page title={t('reconciliation.title')} back={back}>
        {pages.isError && <ProblemView thrown={pages.error} onRetry={() => void pages.refetch()} />}
      </Page>
    );
  return (
    <Page
      title={t('reconciliation.dayTitle', { date: day.date })}
      back={{ ...back, to: `/reconciliation?month=${day.date.slice(0, 7)}` }}
      tags={<StatusTag kind="reconciliation" value={day.status} />}
      subtitle={
        <>
          {t('common.account')} {day.account}
          {day.finishedAt !== undefined && (
            <>
              {' · '}
              <Time at={day.finishedAt} />
            </>
          )}
        </>
      }
      actions={<RunAgain day={day} />}
    >
      <Standing day={day} />
      {day.totals !== undefined && <Sums totals={day.totals} />}
      <Differences
        day={day}
        differences={pages.data?.pages.flatMap(({ differences }) => differences) ?? []}
      />
      {pages.hasNextPage && (
        <div className="list-more">
          <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('list.more')}
          </Button>
        </div>
      )}
    </Page>
  );
}

function RunAgain({ day }: { day: Reconciliation }) {
  const t = useWords();
  const { can } = useSession();
  const run = useAction(
    (body: { date: string; account: string }, sent) =>
      answered(api.POST('/api/v1/admin/reconciliations', { body, ...sent })),
    { done: 'reconciliation.asked' },
  );
  if (!can('reconciliation.run')) return null;
  const { date, account } = day;
  return (
    <ConfirmButton
      loading={run.pending}
      question={t('reconciliation.runAsk', { date })}
      explanation={t('reconciliation.runWhy')}
      onConfirm={() => run.run({ date, account })}
    >
      {t('reconciliation.run')}
    </ConfirmButton>
  );
}

/** Why it is not done yet, or why it will not be. */
function Standing({ day: { waiting, failure, nextAttemptAt } }: { day: Reconciliation }) {
  const t = useWords();
  const words = failure ?? waiting;
  if (words === undefined) return null;
  return (
    <Alert
      className="guidance"
      type={failure === undefined ? 'info' : 'error'}
      showIcon
      title={t(failure === undefined ? 'reconciliation.waitingWhy' : 'reconciliation.failedWhy')}
      description={
        <>
          {words.message} <code>{words.code}</code>
          {nextAttemptAt !== undefined && (
            <>
              {' · '}
              {t('effects.nextAttempt')} <Age at={nextAttemptAt} />
            </>
          )}
        </>
      }
    />
  );
}

function Differences({ day, differences }: { day: Reconciliation; differences: readonly Difference[] }) {
  const t = useWords();
  return (
    <Panel title={t('reconciliation.differences')} flush>
      {differences.length === 0 && day.status === 'DONE' && (
        <EmptyView title={t('reconciliation.noDifferences')} hint={t('reconciliation.noDifferencesHint')} />
      )}
      {differences.map((difference) => (
        <DifferenceCard key={difference.id} dayId={day.id} difference={difference} />
      ))}
    </Panel>
  );
}
