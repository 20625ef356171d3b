import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Refund } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import type { WordKey } from '../../i18n/words.ts';
import { Bilingual } from '../../ui/bilingual.tsx';
import { problemTitle } from '../../ui/problem-notice.tsx';
import { ApiProblem } from '../../api/problem.ts';

/** What this person's yes does: send the money, or be the first of two. */
export function canReviewHint({ approvalsNeeded }: Refund): WordKey {
  return approvalsNeeded > 1 ? 'refund.firstOfTwoHint' : 'refund.canReviewHint';
}

/** Before any click: whether this person may decide it, or what a person should do when it is stuck. */
export function RefundGuidance({ refund }: { refund: Refund }) {
  const t = useWords();
  if (refund.guidance !== undefined)
    return (
      <Alert
        className="guidance"
        type="warning"
        showIcon
        title={t('refund.guidance')}
        description={<Bilingual text={refund.guidance} />}
      />
    );
  if (refund.status !== 'REQUESTED') return null;
  const { allowed, code = '', why = '' } = refund.review;
  if (allowed)
    return (
      <Alert
        className="guidance"
        type="success"
        showIcon
        title={t('refund.canReview')}
        description={t(canReviewHint(refund))}
      />
    );
  const reason = new ApiProblem({ code, detail: why, status: 403 });
  return (
    <Alert
      className="guidance"
      type="info"
      showIcon
      title={code === '' ? t('refund.cannotReview') : problemTitle(reason, t)}
      description={<Hint code={code} why={why} />}
    />
  );
}

function Hint({ code, why }: { code: string; why: string }): ReactNode {
  const t = useWords();
  switch (code) {
    case 'OWN_REQUEST':
      return t('refund.ownHint');
    case 'STEP_UP_REQUIRED':
      return t('refund.stepUpHint');
    case 'ROLE_MAY_NOT_REVIEW':
      return t('refund.roleHint');
    case 'SECOND_FACTOR_MISSING':
      return <Link to="/account">{t('refund.noFactorHint')}</Link>;
    default:
      return <span lang="en">{why}</span>;
  }
}
