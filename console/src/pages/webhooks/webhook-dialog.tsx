import { Checkbox, Form, Input, Switch } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Webhook } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';

const EVENTS = [
  'payment.succeeded',
  'order.closed',
  'order.shipped',
  'order.completed',
  'refund.requested',
  'refund.withdrawn',
  'refund.approved',
  'refund.rejected',
  'refund.succeeded',
  'refund.abnormal',
  'refund.closed',
  'refund.failed',
  'suspense.opened',
  'suspense.returned',
  'suspense.return_failed',
  'suspense.accepted',
  'reconciliation.differences',
  'reconciliation.failed',
] as const;

interface Values {
  url: string;
  description?: string;
  eventTypes: (typeof EVENTS)[number][];
  enabled: boolean;
}

/** A new endpoint answers its secret, this once; a change shows none. */
export function WebhookDialog({
  webhook,
  onClose,
  onSecret,
}: {
  webhook?: Webhook;
  onClose: () => void;
  onSecret?: (secret: string) => void;
}) {
  const t = useWords();
  const save = useAction(
    ({ description = '', ...rest }: Values, sent) => {
      const words = description.trim();
      return answered<Webhook & { secret?: string }>(
        webhook === undefined
          ? api.POST('/api/v1/admin/webhooks', {
              body: { ...rest, ...(words !== '' && { description: words }) },
            })
          : api.PATCH('/api/v1/admin/webhooks/{id}', {
              params: { path: { id: webhook.id } },
              body: { ...rest, description: words === '' ? null : words },
              ...sent,
            }),
      );
    },
    { done: 'common.saved', quiet: true },
  );
  return (
    <DialogForm<Values>
      title={t(webhook === undefined ? 'webhooks.add' : 'webhooks.edit')}
      okText={t('common.save')}
      initialValues={
        webhook === undefined
          ? { enabled: true, eventTypes: ['payment.succeeded', 'refund.succeeded'] }
          : {
              url: webhook.url,
              eventTypes: webhook.eventTypes,
              enabled: webhook.enabled,
              ...(webhook.description !== undefined && { description: webhook.description }),
            }
      }
      pending={save.pending}
      problem={save.problem}
      onClose={onClose}
      onSend={async (values) => {
        const saved = await save.run(values);
        if (saved === undefined) return;
        onClose();
        if (saved.secret !== undefined) onSecret?.(saved.secret);
      }}
    >
      <Form.Item
        name="url"
        label={t('webhooks.url')}
        extra={t('webhooks.urlHint')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Input type="url" placeholder="https://erp.example.com/hooks/wxpay" autoFocus />
      </Form.Item>
      <Form.Item name="description" label={t('webhooks.descriptionField')}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item
        name="eventTypes"
        label={t('webhooks.events')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Checkbox.Group
          className="check-grid"
          options={EVENTS.map((value) => ({ value, label: t(`event.${value}`), title: value }))}
        />
      </Form.Item>
      <Form.Item name="enabled" label={t('common.enabled')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </DialogForm>
  );
}
