import { App, Button, type ButtonProps } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from '../i18n/language.tsx';

/** A button that says what will happen and asks before it does. */
export function ConfirmButton({
  question,
  explanation,
  onConfirm,
  children,
  ...button
}: Omit<ButtonProps, 'onClick'> & {
  question: string;
  explanation?: ReactNode;
  onConfirm: () => Promise<unknown>;
}) {
  const t = useWords();
  const { modal } = App.useApp();
  return (
    <Button
      {...button}
      onClick={() =>
        void modal.confirm({
          title: question,
          content: explanation,
          okText: children,
          cancelText: t('common.cancel'),
          okButtonProps: { danger: button.danger === true },
          onOk: onConfirm,
        })
      }
    >
      {children}
    </Button>
  );
}
