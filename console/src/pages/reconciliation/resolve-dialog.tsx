import { Form, Input, Select } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Difference } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';

const RESOLUTIONS = ['EXPLAINED', 'CORRECTED_HERE', 'CORRECTED_AT_WECHAT'] as const;

interface Values {
  resolution: (typeof RESOLUTIONS)[number];
  note: string;
}

export function ResolveDialog({
  dayId,
  difference,
  onClose,
}: {
  dayId: string;
  difference: Difference;
  onClose: () => void;
}) {
  const t = useWords();
  const resolve = useAction(
    (body: Values, sent) =>
      answered(
        api.POST('/api/v1/admin/reconciliations/{id}/differences/{diffId}/resolve', {
          params: { path: { id: dayId, diffId: difference.id } },
          body,
          ...sent,
        }),
      ),
    { done: 'reconciliation.resolved', quiet: true },
  );
  return (
    <DialogForm<Values>
      title={`${t('reconciliation.resolve')} · ${t(`difference.${difference.kind}`)}`}
      okText={t('reconciliation.resolve')}
      initialValues={{ resolution: 'EXPLAINED' }}
      pending={resolve.pending}
      problem={resolve.problem}
      onClose={onClose}
      onSend={(values) => void resolve.run(values).then((resolved) => resolved && onClose())}
    >
      <Form.Item name="resolution" label={t('reconciliation.resolution')}>
        <Select options={RESOLUTIONS.map((value) => ({ value, label: t(`reconciliation.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="note"
        label={t('common.note')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input.TextArea rows={3} maxLength={500} placeholder={t('reconciliation.noteHint')} autoFocus />
      </Form.Item>
    </DialogForm>
  );
}
