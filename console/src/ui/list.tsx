import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useWords } from '../i18n/language.tsx';
import { EmptyView } from './empty-view.tsx';
import type { ListProps } from './list-props.ts';
import { ProblemView } from './problem-view.tsx';
import { RowCards } from './row-cards.tsx';
import { RowTable } from './row-table.tsx';
import { usePhone } from './use-phone.ts';

/** Rows of a paged list, newest first: a table, on a phone cards; more of them on demand. */
export function List<Row extends { id: string }>(props: ListProps<Row>) {
  const { queryKey, load, empty } = props;
  const t = useWords();
  const phone = usePhone();
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  if (query.data === undefined) {
    if (query.isError) return <ProblemView thrown={query.error} onRetry={() => void query.refetch()} />;
    return <Skeleton active title={false} paragraph={{ rows: 8, width: '100%' }} className="loading" />;
  }
  const rows = query.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0) return <EmptyView {...empty} />;
  return (
    <>
      {phone ? <RowCards {...props} rows={rows} /> : <RowTable {...props} rows={rows} />}
      {query.hasNextPage && (
        <div className="list-more">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('list.more')}
          </Button>
        </div>
      )}
    </>
  );
}
