import { CheckCircleOutlined } from '@ant-design/icons';
import { Link } from 'react-router';
import type { Stats } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import type { WordKey } from '../../i18n/words.ts';

interface Item {
  label: WordKey;
  count: number | null;
  to: string;
}

/** What waits for a person, each a link to where it is done. */
export function Todo({ stats }: { stats: Stats }) {
  const t = useWords();
  const items: Item[] = [
    { label: 'overview.refundsMine', count: stats.refundsAwaitingMe, to: '/refunds?awaitingMe=true' },
    { label: 'overview.refundsAll', count: stats.refundsAwaitingReview, to: '/refunds?status=REQUESTED' },
    { label: 'overview.abnormal', count: stats.refundsAbnormal, to: '/refunds?status=ABNORMAL' },
    { label: 'overview.suspense', count: stats.suspenseOpen, to: '/suspense?status=OPEN' },
    { label: 'overview.differences', count: stats.differencesOpen, to: '/reconciliation' },
    { label: 'overview.deadEffects', count: stats.deadEffects, to: '/messages?status=DEAD' },
    { label: 'overview.failedJobs', count: stats.failedJobs, to: '/jobs' },
  ];
  const waiting = items.filter(({ count }) => count !== null && count > 0);
  if (waiting.length === 0)
    return (
      <p className="all-done">
        <CheckCircleOutlined /> {t('overview.allDone')}
      </p>
    );
  return (
    <div className="todo">
      {waiting.map(({ label, count, to }) => (
        <Link key={label} to={to} className="todo-item todo-item-hot">
          <span>{t(label)}</span>
          <span className="todo-count">{count}</span>
        </Link>
      ))}
    </div>
  );
}
