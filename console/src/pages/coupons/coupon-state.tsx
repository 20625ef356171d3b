import type { Coupon } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Tag } from '../../ui/status-tag.tsx';

/** Whether a buyer could use it now: switched on is not enough outside of its time, or once its limit is reached. */
export function CouponState({ coupon }: { coupon: Coupon }) {
  const t = useWords();
  const { active, startsAt, endsAt, used, reserved, totalLimit } = coupon;
  const now = new Date();
  if (!active) return <Tag tone="quiet">{t('coupons.inactive')}</Tag>;
  if (endsAt !== undefined && new Date(endsAt) <= now) return <Tag tone="quiet">{t('coupons.ended')}</Tag>;
  if (new Date(startsAt) > now) return <Tag tone="busy">{t('coupons.notYet')}</Tag>;
  if (totalLimit !== undefined && used + reserved >= totalLimit)
    return <Tag tone="attention">{t('coupons.takenUp')}</Tag>;
  return <Tag tone="good">{t('coupons.active')}</Tag>;
}
