import { Button } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Coupon } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';

export function CouponButtons({ coupon, onEdit }: { coupon: Coupon; onEdit: () => void }) {
  const t = useWords();
  const stop = useAction(
    (_, sent) =>
      answered(api.DELETE('/api/v1/admin/coupons/{id}', { params: { path: { id: coupon.id } }, ...sent })),
    { done: 'common.saved' },
  );
  return (
    <span className="tag-row">
      <Button size="small" onClick={onEdit}>
        {t('common.edit')}
      </Button>
      {coupon.active && (
        <ConfirmButton
          size="small"
          danger
          question={t('coupons.stopAsk', { code: coupon.code })}
          explanation={t('coupons.stopWhy')}
          onConfirm={() => stop.run()}
        >
          {t('coupons.stop')}
        </ConfirmButton>
      )}
    </span>
  );
}
