import type { Coupon } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { formatFen } from '../../ui/fen.ts';

/** What the coupon takes off, and from what it counts. */
export function Terms({ coupon }: { coupon: Coupon }) {
  const t = useWords();
  const { amountFen, percentOff, maxDiscountFen, minTotalFen } = coupon;
  const parts = [
    amountFen !== undefined && `−${formatFen(amountFen)}`,
    percentOff !== undefined && t('coupons.percentOff', { percent: percentOff }),
    maxDiscountFen !== undefined && t('coupons.atMost', { amount: formatFen(maxDiscountFen) }),
    minTotalFen > 0 && t('coupons.from', { amount: formatFen(minTotalFen) }),
  ];
  return <>{parts.filter((part) => part !== false).join(' · ')}</>;
}
