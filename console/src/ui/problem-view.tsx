import { Button } from 'antd';
import { WarningOutlined } from '@ant-design/icons';
import { toProblem } from '../api/problem.ts';
import { useWords } from '../i18n/language.tsx';
import { ProblemDetails, problemTitle } from './problem-notice.tsx';

/** In the place of what could not be read: what happened, the code and request to quote, and a way on. */
export function ProblemView({ thrown, onRetry }: { thrown: unknown; onRetry?: () => void }) {
  const t = useWords();
  const problem = toProblem(thrown);
  return (
    <section className="state-view" role="alert">
      <WarningOutlined className="state-icon state-icon-bad" aria-hidden="true" />
      <h2>{problemTitle(problem, t)}</h2>
      <ProblemDetails problem={problem} />
      {onRetry !== undefined && (
        <Button type="primary" onClick={onRetry}>
          {t('common.retry')}
        </Button>
      )}
    </section>
  );
}
