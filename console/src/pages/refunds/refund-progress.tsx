import { Steps } from 'antd';
import type { ReactNode } from 'react';
import type { Refund, RefundStatus } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Time } from '../../ui/time.tsx';
import { usePhone } from '../../ui/use-phone.ts';

/** How many of the four steps are behind a refund in each state. */
const REACHED: Record<RefundStatus, number> = {
  REQUESTED: 0,
  REJECTED: 1,
  WITHDRAWN: 1,
  APPROVED: 1,
  PROCESSING: 2,
  ABNORMAL: 2,
  FAILED: 2,
  CLOSED: 2,
  SUCCESS: 3,
};
const ENDED_BADLY: ReadonlySet<RefundStatus> = new Set([
  'REJECTED',
  'WITHDRAWN',
  'ABNORMAL',
  'FAILED',
  'CLOSED',
]);

/** The refund's state machine with where it stands. */
export function RefundProgress({ refund }: { refund: Refund }) {
  const t = useWords();
  const phone = usePhone();
  const { status, createdAt, reviewedAt, succeededAt } = refund;
  const current = REACHED[status];
  const bad = ENDED_BADLY.has(status);
  const steps = [
    { title: t('refund.step.requested'), content: at(createdAt) },
    { title: t('refund.step.approved'), content: at(reviewedAt) },
    { title: t('refund.step.processing'), content: undefined },
    { title: t('refund.step.done'), content: at(succeededAt) },
  ];
  return (
    <Steps
      size="small"
      orientation={phone ? 'vertical' : 'horizontal'}
      responsive={false}
      current={current}
      status={bad ? 'error' : status === 'SUCCESS' ? 'finish' : 'process'}
      items={steps.map((step, index) =>
        bad && index === current ? { ...step, title: t(`refund.${status}`) } : step,
      )}
    />
  );
}

function at(time: string | undefined): ReactNode {
  return time === undefined ? undefined : <Time at={time} />;
}
