import { Input, type GetRef } from 'antd';
import type { Ref } from 'react';
import { useWords } from '../i18n/language.tsx';

export const CODE_LENGTH = 6;

/** Six digits of an authenticator. */
export function CodeInput({
  value,
  onChange,
  autoFocus,
  ref,
}: {
  value?: string;
  onChange?: (code: string) => void;
  autoFocus?: boolean;
  ref?: Ref<GetRef<typeof Input.OTP>>;
}) {
  const t = useWords();
  return (
    <div role="group" aria-label={t('secondFactor.code')}>
      <Input.OTP
        ref={ref}
        length={CODE_LENGTH}
        inputMode="numeric"
        autoComplete="one-time-code"
        formatter={(text) => text.replace(/\D/g, '')}
        autoFocus={autoFocus}
        value={value}
        onInput={(cells) => onChange?.(cells.join(''))}
      />
    </div>
  );
}
