import { App } from 'antd';
import { Link, useNavigate } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { ReconciliationRow } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { StatusTag, Tag } from '../../ui/status-tag.tsx';

/** One day: how it stands, or the offer to reconcile it. One line for each merchant account. */
export function MonthDay({
  date,
  today,
  rows,
}: {
  date: string;
  today: string;
  rows: readonly ReconciliationRow[];
}) {
  const t = useWords();
  const { can } = useSession();
  const number = Number(date.slice(8));
  const [row] = rows;
  if (row !== undefined)
    return (
      <Link to={`/reconciliation/${row.id}`} className="month-day">
        <span>{number}</span>
        {rows.map((each) => (
          <DayState key={each.id} row={each} />
        ))}
      </Link>
    );
  if (date < today && can('reconciliation.run')) return <Unreconciled date={date} number={number} />;
  return (
    <div className="month-day month-day-off" title={date === today ? t('reconciliation.today') : undefined}>
      {number}
    </div>
  );
}

function DayState({ row: { status, differenceCounts } }: { row: ReconciliationRow }) {
  const t = useWords();
  const open = differenceCounts.OPEN ?? 0;
  if (open > 0) return <Tag tone="bad">{t('reconciliation.open', { count: open })}</Tag>;
  if (status === 'DONE') return <Tag tone="good">{t('reconciliation.agree')}</Tag>;
  return <StatusTag kind="reconciliation" value={status} />;
}

function Unreconciled({ date, number }: { date: string; number: number }) {
  const t = useWords();
  const navigate = useNavigate();
  const { modal } = App.useApp();
  const run = useAction(
    (body: { date: string }, sent) => answered(api.POST('/api/v1/admin/reconciliations', { body, ...sent })),
    { done: 'reconciliation.asked' },
  );
  const ask = () =>
    void modal.confirm({
      title: t('reconciliation.runAsk', { date }),
      content: t('reconciliation.runWhy'),
      okText: t('reconciliation.startNow'),
      cancelText: t('common.cancel'),
      onOk: async () => {
        const made = await run.run({ date });
        if (made !== undefined) void navigate(`/reconciliation/${made.id}`);
      },
    });
  return (
    <button type="button" className="month-day" onClick={ask}>
      <span>{number}</span>
      <span className="muted month-day-words">{t('reconciliation.notDone')}</span>
    </button>
  );
}
