import { Form, Input, InputNumber, Segmented, Switch } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Coupon } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { MomentPicker } from '../../ui/moment-picker.tsx';
import { YuanInput } from '../../ui/yuan-input.tsx';
import { changeOf, newCouponOf, type CouponValues } from './coupon-values.ts';

/** A new coupon, or another shape of one; its code and kind stay what they were. */
export function CouponDialog({ coupon, onClose }: { coupon?: Coupon; onClose: () => void }) {
  const t = useWords();
  const [form] = Form.useForm<CouponValues>();
  const kind = Form.useWatch('kind', form) ?? coupon?.kind ?? 'FIXED';
  const save = useAction(
    (values: CouponValues, sent) =>
      answered<Coupon>(
        coupon === undefined
          ? api.POST('/api/v1/admin/coupons', { body: newCouponOf(values), ...sent })
          : api.PATCH('/api/v1/admin/coupons/{id}', {
              params: { path: { id: coupon.id } },
              body: changeOf(coupon, values),
              ...sent,
            }),
      ),
    { done: 'common.saved', quiet: true },
  );
  const required = [{ required: true, message: t('common.required') }];
  return (
    <DialogForm<CouponValues>
      title={t(coupon === undefined ? 'coupons.add' : 'coupons.edit')}
      okText={t('common.save')}
      form={form}
      initialValues={coupon ?? { kind: 'FIXED', minTotalFen: 0, active: true }}
      pending={save.pending}
      problem={save.problem}
      onClose={onClose}
      onSend={(values) => void save.run(values).then((saved) => saved && onClose())}
    >
      <Form.Item name="kind" label={t('coupons.kind')} hidden={coupon !== undefined}>
        <Segmented
          block
          options={(['FIXED', 'PERCENT'] as const).map((value) => ({ value, label: t(`coupons.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="code" label={t('coupons.code')} rules={required}>
        <Input disabled={coupon !== undefined} autoCapitalize="characters" autoComplete="off" />
      </Form.Item>
      <Form.Item name="name" label={t('coupons.name')} rules={required}>
        <Input maxLength={64} />
      </Form.Item>
      {kind === 'FIXED' ? (
        <Form.Item name="amountFen" label={t('coupons.amount')} rules={required}>
          <YuanInput />
        </Form.Item>
      ) : (
        <div className="field-pair">
          <Form.Item name="percentOff" label={t('coupons.percent')} rules={required}>
            <InputNumber min={1} max={99} precision={0} suffix="%" />
          </Form.Item>
          <Form.Item name="maxDiscountFen" label={t('coupons.maxDiscount')}>
            <YuanInput />
          </Form.Item>
        </div>
      )}
      <Form.Item name="minTotalFen" label={t('coupons.minTotal')}>
        <YuanInput />
      </Form.Item>
      <div className="field-pair">
        <Form.Item name="totalLimit" label={t('coupons.totalLimit')}>
          <InputNumber min={1} precision={0} />
        </Form.Item>
        <Form.Item name="perBuyerLimit" label={t('coupons.perBuyerLimit')}>
          <InputNumber min={1} precision={0} />
        </Form.Item>
      </div>
      <div className="field-pair">
        <Form.Item name="startsAt" label={t('coupons.startsAt')}>
          <MomentPicker />
        </Form.Item>
        <Form.Item name="endsAt" label={t('coupons.endsAt')}>
          <MomentPicker />
        </Form.Item>
      </div>
      {coupon !== undefined && (
        <Form.Item name="active" label={t('coupons.active')} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
    </DialogForm>
  );
}
