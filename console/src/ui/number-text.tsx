import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { useState } from 'react';
import { useWords } from '../i18n/language.tsx';

/** A number people copy into other systems: fixed-width, with a button that copies it. */
export function NumberText({ value }: { value: string }) {
  const t = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <span className="number">
      {value}
      <button
        type="button"
        className="icon-button"
        aria-label={t('common.copy', { value })}
        onClick={() => void copy()}
      >
        {copied ? <CheckOutlined /> : <CopyOutlined />}
      </button>
    </span>
  );
}
