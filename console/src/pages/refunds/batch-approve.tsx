import { App } from 'antd';
import { answered, api } from '../../api/client.ts';
import { toProblem } from '../../api/problem.ts';
import type { RefundRow } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { formatFen } from '../../ui/fen.ts';
import { problemTitle } from '../../ui/problem-notice.tsx';

interface Decided {
  approved: number;
  /** Mine is the first of two approvals: no money moves yet. */
  first: number;
  /** Why the rest stayed as it was, one reason for each. */
  refused: string[];
}

/**
 * Approves the chosen refunds one by one: the service judges each, and those above a limit stay. Needs no
 * Idempotency-Key: the same person's second yes changes nothing.
 */
export function BatchApprove({ refunds, onDone }: { refunds: readonly RefundRow[]; onDone: () => void }) {
  const t = useWords();
  const { message } = App.useApp();
  const count = refunds.length;
  const amount = formatFen(refunds.reduce((total, { amountFen }) => total + amountFen, 0));
  const approve = useAction(async (ids: string[]) => {
    const decided: Decided = { approved: 0, first: 0, refused: [] };
    for (const id of ids) {
      try {
        const { status } = await answered(
          api.POST('/api/v1/admin/refunds/{id}/approve', { params: { path: { id } }, body: {} }),
        );
        if (status === 'REQUESTED') decided.first += 1;
        else decided.approved += 1;
      } catch (thrown) {
        const problem = toProblem(thrown);
        if (problem.isUnanswered || problem.wantsStepUp) throw problem;
        decided.refused.push(problemTitle(problem, t));
      }
    }
    return decided;
  });

  function said({ approved, first, refused }: Decided): string {
    return [
      t('refunds.batchDone', { approved }),
      first > 0 && t('refunds.batchFirst', { first }),
      refused.length > 0 &&
        t('refunds.batchRefused', { refused: refused.length, why: [...new Set(refused)].join(' / ') }),
    ]
      .filter((part) => part !== false)
      .join(' · ');
  }

  return (
    <ConfirmButton
      type="primary"
      loading={approve.pending}
      question={t('refunds.batchAsk', { count, amount })}
      explanation={t('refunds.batchWhy')}
      onConfirm={async () => {
        const decided = await approve.run(refunds.map(({ id }) => id));
        if (decided === undefined) return;
        void message.info(said(decided));
        onDone();
      }}
    >
      {t('refunds.batchApprove', { count, amount })}
    </ConfirmButton>
  );
}
