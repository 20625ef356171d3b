import { useStats } from '../api/stats.ts';

/** How many things wait for a person, by page. */
export function useWaiting(): Readonly<Record<string, number>> {
  const { data } = useStats();
  if (data === undefined) return {};
  return {
    '/refunds': (data.refundsAwaitingMe ?? 0) + data.refundsAbnormal,
    '/suspense': data.suspenseOpen,
    '/reconciliation': data.differencesOpen ?? 0,
    '/messages': data.deadEffects,
    '/jobs': data.failedJobs,
  };
}
