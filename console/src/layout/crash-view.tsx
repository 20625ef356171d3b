import { Button } from 'antd';
import { useRouteError } from 'react-router';
import { ProblemView } from '../ui/problem-view.tsx';
import { LanguageProvider, useWords } from '../i18n/language.tsx';

/** A page that broke, or whose file is gone because a newer console was installed: never a white screen. */
export function CrashView() {
  return (
    <LanguageProvider>
      <Crash />
    </LanguageProvider>
  );
}

function Crash() {
  const t = useWords();
  const thrown = useRouteError();
  return (
    <main className="crash">
      <ProblemView thrown={thrown} />
      <p className="crash-way-out">
        <Button type="primary" onClick={() => window.location.reload()}>
          {t('crash.reload')}
        </Button>
        <Button href="/console/">{t('crash.home')}</Button>
      </p>
    </main>
  );
}
