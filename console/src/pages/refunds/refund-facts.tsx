import type { Refund } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Facts } from '../../ui/facts.tsx';
import { NumberText } from '../../ui/number-text.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { PersonName } from './person-name.tsx';

export function RefundFacts({ refund }: { refund: Refund }) {
  const t = useWords();
  const { requestedBy, reviewedBy, waiting, failure } = refund;
  return (
    <Facts
      items={[
        [t('refunds.number'), <NumberText value={refund.refundNo} />],
        [t('refund.reason'), refund.reason],
        [
          t('refund.requested'),
          <>
            <PersonName person={requestedBy} /> <Time at={refund.createdAt} />
          </>,
        ],
        [
          t('refund.reviewed'),
          reviewedBy && (
            <>
              <PersonName person={reviewedBy} /> {refund.reviewedAt && <Time at={refund.reviewedAt} />}
            </>
          ),
        ],
        [t('refund.reviewNote'), refund.reviewNote],
        [t('refund.restock'), refund.restock && t('common.yes')],
        [t('refund.wechatNo'), refund.refundId && <NumberText value={refund.refundId} />],
        [t('refund.waiting'), waiting && `${waiting.code} ${waiting.message}`],
        [t('refund.failure'), failure && `${failure.code} ${failure.message}`],
        [t('refund.calls'), refund.calls > 0 && refund.calls],
        [t('refund.nextCheck'), refund.nextCheckAt && <Age at={refund.nextCheckAt} />],
      ]}
    />
  );
}
