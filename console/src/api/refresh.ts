import type { QueryClient } from '@tanstack/react-query';

/** Marks what is too dear to be read anew whenever something happens, or cannot have changed by it. */
export const STILL = { still: true };

/** Has everything on the screen read anew. */
export function refreshScreen(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ predicate: ({ meta }) => meta?.['still'] !== true });
}
