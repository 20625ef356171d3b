import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { RefundStatus } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';

const TABS: readonly RefundStatus[] = [
  'REQUESTED',
  'PROCESSING',
  'ABNORMAL',
  'FAILED',
  'SUCCESS',
  'REJECTED',
  'WITHDRAWN',
  'CLOSED',
];

/** The queue by state with how many are in each; what waits for me comes first. */
export function RefundTabs() {
  const t = useWords();
  const { can } = useSession();
  const [params, setParams] = useSearchParams();
  const counts = useQuery({
    queryKey: ['refund-counts'],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/admin/refunds/counts', { signal })),
  });
  const mine = params.get('awaitingMe') === 'true';
  const status = params.get('status');
  const tab = (label: string, wanted: Record<string, string>, chosen: boolean, count?: number) => (
    <button
      key={label}
      type="button"
      className={chosen ? 'tab tab-chosen' : 'tab'}
      aria-pressed={chosen}
      onClick={() =>
        setParams((present) => {
          present.delete('status');
          present.delete('awaitingMe');
          for (const [name, value] of Object.entries(wanted)) present.set(name, value);
          return present;
        })
      }
    >
      {label}
      {count !== undefined && count > 0 && <span className="tab-count">{count}</span>}
    </button>
  );
  return (
    <div className="tabs" role="group" aria-label={t('common.status')}>
      {can('refunds.review') &&
        tab(t('refunds.awaitingMe'), { awaitingMe: 'true' }, mine, counts.data?.awaitingMe)}
      {tab(t('list.all'), {}, !mine && status === null)}
      {TABS.map((each) =>
        tab(t(`refund.${each}`), { status: each }, !mine && status === each, counts.data?.[each]),
      )}
    </div>
  );
}
