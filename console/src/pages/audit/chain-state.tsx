import { useQuery } from '@tanstack/react-query';
import { Alert, Skeleton } from 'antd';
import { answered, api } from '../../api/client.ts';
import { STILL } from '../../api/refresh.ts';
import { useWords } from '../../i18n/language.tsx';
import { ProblemView } from '../../ui/problem-view.tsx';

/** Whether every row is as it was written: the service walks the whole chain when this page is opened. */
export function ChainState() {
  const t = useWords();
  const chain = useQuery({
    queryKey: ['audit-chain'],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/admin/audit-log/verification', { signal })),
    staleTime: Infinity,
    meta: STILL,
  });
  if (chain.isError) return <ProblemView thrown={chain.error} onRetry={() => void chain.refetch()} />;
  if (chain.data === undefined)
    return <Skeleton active title={false} paragraph={{ rows: 1 }} className="guidance" />;
  const { verified, rows, head, broken } = chain.data;
  return (
    <Alert
      className="guidance"
      type={verified ? 'success' : 'error'}
      showIcon
      title={
        verified
          ? t('audit.intact', { count: rows })
          : t('audit.broken', { row: broken?.seq ?? '?', reason: broken?.reason ?? '' })
      }
      description={
        head !== null && (
          <>
            {t('audit.head', { row: head.seq })} <code className="chain-head">{head.hash}</code>
          </>
        )
      }
    />
  );
}
