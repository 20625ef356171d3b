import type { UseQueryResult } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { ProblemView } from './problem-view.tsx';

/**
 * What a query answered: a skeleton while it is on its way, the problem when it failed. Data that is already there
 * stays on the screen when reading it anew fails.
 */
export function Loaded<Data>({
  query,
  children,
  rows = 6,
}: {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
  rows?: number;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ProblemView thrown={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton active paragraph={{ rows }} className="loading" />;
}
