import { Button, Input } from 'antd';
import { useState } from 'react';
import { useWords } from '../../i18n/language.tsx';
import { CODE_LENGTH, CodeInput } from '../../session/code-input.tsx';

/** The second half of a login: six digits, or a recovery code when the phone is lost. */
export function SecondFactorStep({
  pending,
  onCode,
  onBack,
}: {
  pending: boolean;
  onCode: (code: string) => void;
  onBack: () => void;
}) {
  const t = useWords();
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState('');
  const enter = (text: string) => {
    setCode(text);
    if (!recovery && text.length === CODE_LENGTH && !pending) onCode(text);
  };
  return (
    <form
      className="login-factor"
      onSubmit={(event) => {
        event.preventDefault();
        onCode(code);
      }}
    >
      <h2>{t('login.code')}</h2>
      {recovery ? (
        <Input
          autoFocus
          size="large"
          aria-label={t('login.recovery')}
          placeholder={t('login.recovery')}
          value={code}
          onChange={(event) => enter(event.target.value)}
        />
      ) : (
        <>
          <p className="muted">{t('login.codeHint')}</p>
          <CodeInput autoFocus value={code} onChange={enter} />
        </>
      )}
      <Button type="primary" htmlType="submit" size="large" block loading={pending} disabled={code === ''}>
        {t('login.submit')}
      </Button>
      <div className="login-ways">
        <Button
          type="link"
          onClick={() => {
            setRecovery(!recovery);
            setCode('');
          }}
        >
          {t(recovery ? 'login.useCode' : 'login.useRecovery')}
        </Button>
        <Button type="link" onClick={onBack}>
          {t('login.back')}
        </Button>
      </div>
    </form>
  );
}
