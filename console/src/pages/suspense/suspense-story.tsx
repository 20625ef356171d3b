import { Alert } from 'antd';
import type { ReactNode } from 'react';
import type { SuspenseItem } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { formatFen } from '../../ui/fen.ts';
import { beijingTime } from '../../ui/time.tsx';

const TYPES = { OPEN: 'warning', RETURNING: 'info', RETURNED: 'success', ACCEPTED: 'info' } as const;

/** In a sentence each: what happened, and what happens next or is to be decided. */
export function SuspenseStory({ item }: { item: SuspenseItem }) {
  const t = useWords();
  return (
    <Alert
      className="guidance"
      type={item.returnAt === undefined ? TYPES[item.status] : 'info'}
      showIcon
      title={t(`suspense.what.${item.kind}`, {
        amount: formatFen(item.amountFen),
        expected: formatFen(item.expectedFen ?? 0),
      })}
      description={<Next item={item} />}
    />
  );
}

function Next({ item: { status, kind, returnAt, returns } }: { item: SuspenseItem }): ReactNode {
  const t = useWords();
  const { can } = useSession();
  if (status !== 'OPEN') return t(`suspense.next.${status}`);
  if (returnAt !== undefined)
    return t('suspense.next.byItself', { time: beijingTime(returnAt).slice(5, 16) });
  return (
    <>
      {t(returns.length > 0 ? 'suspense.next.failed' : `suspense.next.${kind}`)}
      {!can('suspense.decide') && ` ${t('suspense.askFinance')}`}
    </>
  );
}
