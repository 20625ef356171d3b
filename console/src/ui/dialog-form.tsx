import { Alert, Button, Form, Modal, type FormInstance } from 'antd';
import type { ReactNode } from 'react';
import type { ApiProblem } from '../api/problem.ts';
import { useWords } from '../i18n/language.tsx';
import { ProblemDetails, problemTitle } from './problem-notice.tsx';

/** A form in a dialog: Enter sends it, what the service refuses stands in it, nothing typed is lost by a refusal. */
export function DialogForm<Values extends object>({
  title,
  okText,
  danger = false,
  form,
  initialValues,
  pending,
  problem,
  onSend,
  onClose,
  children,
}: {
  title: string;
  okText: string;
  danger?: boolean;
  form?: FormInstance<Values>;
  initialValues?: Partial<Values>;
  pending: boolean;
  problem?: ApiProblem | null;
  onSend: (values: Values) => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const t = useWords();
  return (
    <Modal open title={title} footer={null} onCancel={onClose} destroyOnHidden>
      <Form<Values>
        layout="vertical"
        requiredMark={false}
        {...(form !== undefined && { form })}
        {...(initialValues !== undefined && { initialValues })}
        onFinish={onSend}
      >
        {children}
        {problem != null && (
          <Alert
            type="error"
            showIcon
            className="dialog-problem"
            title={problemTitle(problem, t)}
            description={<ProblemDetails problem={problem} />}
          />
        )}
        <div className="dialog-buttons">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="primary" danger={danger} htmlType="submit" loading={pending}>
            {okText}
          </Button>
        </div>
      </Form>
    </Modal>
  );
}
