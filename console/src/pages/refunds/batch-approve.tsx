import { App } from 'antd';
import { answered, api } from '../../api/client.ts';
import { toProblem } from '../../api/problem.ts';
import type { RefundRow } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { formatFen } from '../../ui/fen.ts';

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
    let refused = 0;
    for (const id of ids) {
      try {
        await answered(
          api.POST('/api/v1/admin/refunds/{id}/approve', { params: { path: { id } }, body: {} }),
        );
      } catch (thrown) {
        const problem = toProblem(thrown);
        if (problem.isUnanswered || problem.wantsStepUp) throw problem;
        refused += 1;
      }
    }
    return refused;
  });
  return (
    <ConfirmButton
      type="primary"
      loading={approve.pending}
      question={t('refunds.batchAsk', { count, amount })}
      explanation={t('refunds.batchWhy')}
      onConfirm={async () => {
        const refused = await approve.run(refunds.map(({ id }) => id));
        if (refused === undefined) return;
        void message.info(t('refunds.batchDone', { approved: count - refused, refused }));
        onDone();
      }}
    >
      {t('refunds.batchApprove', { count, amount })}
    </ConfirmButton>
  );
}
