import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from '../i18n/language.tsx';
import { EmptyView } from './empty-view.tsx';
import { ProblemView } from './problem-view.tsx';
import { RowCards } from './row-cards.tsx';
import { RowTable } from './row-table.tsx';
import { usePhone } from './use-phone.ts';

export interface Column<Row> {
  title: string;
  render: (row: Row) => ReactNode;
  align?: 'right';
  width?: number;
  /** Where it stands in the card of a phone: its head, beside the head, in a line with its title, or nowhere. */
  phone?: 'head' | 'side' | 'hidden';
}

export interface ListProps<Row extends { id: string }> {
  queryKey: QueryKey;
  /** One page; `cursor` is absent for the first. */
  load: (
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ items: Row[]; nextCursor?: string | null }>;
  columns: readonly Column<Row>[];
  /** What the list is called, for those who do not see it. */
  label: string;
  /** The page of a row; its first column becomes the link. */
  href?: (row: Row) => string;
  /** More of a row, opened on demand. */
  details?: (row: Row) => ReactNode;
  empty: { title: string; hint?: string; action?: ReactNode };
  selection?: { ids: readonly string[]; mayChoose: (row: Row) => boolean; onChange: (rows: Row[]) => void };
}

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
