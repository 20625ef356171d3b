import type { QueryKey } from '@tanstack/react-query';
import type { ReactNode } from 'react';

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
