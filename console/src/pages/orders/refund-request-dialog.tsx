import { Form, Input, InputNumber, Segmented } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { NewRefund, Order } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { formatFen } from '../../ui/fen.ts';
import { YuanInput } from '../../ui/yuan-input.tsx';
import { refundableFen } from './refundable.ts';

interface Values {
  amountFen?: number;
  quantities?: (number | null)[];
  reason: string;
}

/** Asks for a refund, by amount or by goods; who approves it is somebody else's decision. */
export function RefundRequestDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const t = useWords();
  const navigate = useNavigate();
  const [by, setBy] = useState<'amount' | 'goods'>('amount');
  const [nothing, setNothing] = useState(false);
  const refundable = refundableFen(order);
  const request = useAction(
    (body: NewRefund, sent) =>
      answered(
        api.POST('/api/v1/admin/orders/{id}/refunds', { params: { path: { id: order.id } }, body, ...sent }),
      ),
    { done: 'refundRequest.sent', quiet: true },
  );

  async function send({ amountFen, quantities = [], reason }: Values): Promise<void> {
    const items = order.items.flatMap(({ productId }, line) => {
      const quantity = quantities[line] ?? 0;
      return quantity > 0 ? [{ productId, quantity }] : [];
    });
    setNothing(by === 'goods' && items.length === 0);
    if (by === 'goods' && items.length === 0) return;
    const refund = await request.run({
      reason: reason.trim(),
      expectedRefundableFen: refundable,
      ...(by === 'goods' ? { items } : amountFen !== undefined && { amountFen }),
    });
    if (refund !== undefined) void navigate(`/refunds/${refund.id}`);
  }

  return (
    <DialogForm<Values>
      title={t('refundRequest.title')}
      okText={t('refundRequest.send')}
      initialValues={{ amountFen: refundable }}
      pending={request.pending}
      problem={request.problem}
      onClose={onClose}
      onSend={(values) => void send(values)}
    >
      <p className="dialog-hint">
        {t('refundRequest.refundable', { amount: formatFen(refundable) })}
        <span className="muted"> · {t('refundRequest.fourEyes')}</span>
      </p>
      <Form.Item>
        <Segmented
          block
          value={by}
          onChange={setBy}
          options={[
            { value: 'amount', label: t('refundRequest.byAmount') },
            { value: 'goods', label: t('refundRequest.byGoods') },
          ]}
        />
      </Form.Item>
      {by === 'amount' ? (
        <Form.Item
          name="amountFen"
          label={t('common.amount')}
          rules={[
            { required: true, message: t('common.amountInvalid') },
            {
              type: 'number',
              min: 1,
              max: refundable,
              message: t('refundRequest.tooMuch', { amount: formatFen(refundable) }),
            },
          ]}
        >
          <YuanInput />
        </Form.Item>
      ) : (
        <>
          {order.items.map((item, line) => (
            <div key={item.productId} className="refund-line">
              <label htmlFor={`quantity-${line}`}>
                {item.name} <span className="muted">×{item.quantity}</span>
              </label>
              <Form.Item name={['quantities', line]} noStyle>
                <InputNumber
                  id={`quantity-${line}`}
                  aria-label={t('refundRequest.quantityOf', { name: item.name })}
                  min={0}
                  max={item.quantity}
                  precision={0}
                  placeholder="0"
                />
              </Form.Item>
            </div>
          ))}
          {nothing && (
            <p role="alert" className="field-error">
              {t('refundRequest.nothing')}
            </p>
          )}
        </>
      )}
      <Form.Item
        name="reason"
        label={t('common.reason')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input.TextArea rows={2} maxLength={200} placeholder={t('refundRequest.reasonHint')} />
      </Form.Item>
    </DialogForm>
  );
}
