import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useEffect, useState } from 'react';
import { Navigate, useSearchParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import { toProblem, type ApiProblem } from '../../api/problem.ts';
import { useSpeech } from '../../i18n/language.tsx';
import { ME, useMe } from '../../session/session.tsx';
import { ProblemDetails, problemTitle } from '../../ui/problem-notice.tsx';
import { SecondFactorStep } from './second-factor-step.tsx';

interface Credentials {
  username: string;
  password: string;
}

export function LoginPage() {
  const { t, language, setLanguage } = useSpeech();
  const me = useMe();
  const queries = useQueryClient();
  const [params] = useSearchParams();
  const [waiting, setWaiting] = useState<Credentials>();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  useEffect(() => {
    document.title = t('login.title');
  }, [t]);

  async function logIn(credentials: Credentials, totp?: string): Promise<void> {
    setPending(true);
    setProblem(undefined);
    try {
      const body = { ...credentials, ...(totp !== undefined && { totp }) };
      await answered(api.POST('/api/v1/admin/sessions', { body }));
      await queries.invalidateQueries({ queryKey: ME });
    } catch (thrown) {
      const found = toProblem(thrown);
      if (found.code === 'SECOND_FACTOR_REQUIRED') setWaiting(credentials);
      else setProblem(found);
    } finally {
      setPending(false);
    }
  }

  if (me.data != null) return <Navigate to={ownPath(params.get('next'))} replace />;
  return (
    <main className="login">
      <div className="login-box">
        <div className="brand">{t('app.name')}</div>
        <h1>{t('login.title')}</h1>
        {problem !== undefined && (
          <Alert
            type="error"
            showIcon
            className="dialog-problem"
            title={problemTitle(problem, t)}
            description={problem.code === 'LOGIN_FAILED' ? undefined : <ProblemDetails problem={problem} />}
          />
        )}
        {waiting === undefined ? (
          <Form<Credentials> layout="vertical" requiredMark={false} onFinish={(values) => void logIn(values)}>
            <Form.Item
              name="username"
              label={t('login.username')}
              rules={[{ required: true, message: t('common.required') }]}
            >
              <Input autoFocus autoComplete="username" autoCapitalize="none" size="large" />
            </Form.Item>
            <Form.Item
              name="password"
              label={t('login.password')}
              rules={[{ required: true, message: t('common.required') }]}
            >
              <Input.Password autoComplete="current-password" size="large" />
            </Form.Item>
            <Button type="primary" htmlType="submit" size="large" block loading={pending}>
              {t('login.submit')}
            </Button>
          </Form>
        ) : (
          <SecondFactorStep
            pending={pending}
            onCode={(totp) => void logIn(waiting, totp)}
            onBack={() => {
              setWaiting(undefined);
              setProblem(undefined);
            }}
          />
        )}
        <Button
          type="link"
          className="login-language"
          onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
        >
          {language === 'zh' ? 'English' : '中文'}
        </Button>
      </div>
    </main>
  );
}

/** Where to go after the login: a page of this console, whatever the address says. */
function ownPath(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/';
}
