import { App } from 'antd';
import { answered, api } from '../../api/client.ts';
import { oneByOne, type OneByOne } from '../../api/one-by-one.ts';
import type { RefundRow } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { formatFen } from '../../ui/fen.ts';
import { problemTitles } from '../../ui/problem-notice.tsx';

/**
 * Approves the chosen refunds: those above a limit stay. Needs no Idempotency-Key: the same person's second yes changes
 * nothing.
 */
export function BatchApprove({ refunds, onDone }: { refunds: readonly RefundRow[]; onDone: () => void }) {
  const t = useWords();
  const { message } = App.useApp();
  const count = refunds.length;
  const amount = formatFen(refunds.reduce((total, { amountFen }) => total + amountFen, 0));
  const approve = useAction((ids: string[]) =>
    oneByOne(ids, (id) =>
      answered(api.POST('/api/v1/admin/refunds/{id}/approve', { params: { path: { id } }, body: {} })),
    ),
  );

  function said({ answers, refusals }: OneByOne<{ status: string }>): string {
    // Mine is the first of two approvals: no money moves yet.
    const first = answers.filter(({ status }) => status === 'REQUESTED').length;
    const refused = refusals.length;
    return [
      t('refunds.batchDone', { approved: answers.length - first }),
      first > 0 && t('refunds.batchFirst', { first }),
      refused > 0 && t('refunds.batchRefused', { refused, why: problemTitles(refusals, t) }),
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
