import { useQuery } from '@tanstack/react-query';
import { answered, api } from './client.ts';

/** The shop at a glance; also what the navigation counts. Kept current by events, and by the clock where none comes. */
export function useStats() {
  return useQuery({
    queryKey: ['stats'],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/admin/stats', { signal })),
    refetchInterval: 60_000,
  });
}
