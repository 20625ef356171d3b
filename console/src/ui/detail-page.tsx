import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loaded } from './loaded.tsx';
import { Page } from './page.tsx';

export interface Back {
  to: string;
  label: string;
}

/** The page of one thing: `children` show it; until it is read, and when it cannot be, the way back stays. */
export function DetailPage<Data>({
  query,
  title,
  back,
  children,
}: {
  query: UseQueryResult<Data>;
  /** Until the thing is known. */
  title: string;
  back: Back;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  return (
    <Page title={title} back={back}>
      <Loaded query={query} rows={14}>
        {() => null}
      </Loaded>
    </Page>
  );
}
