import { App } from 'antd';
import type { ApiProblem } from '../api/problem.ts';
import { useWords, type Say } from '../i18n/language.tsx';
import { WORDS, type WordKey } from '../i18n/words.ts';

/** What went wrong in the reader's words where the console has them, in the service's own otherwise. */
export function problemTitle(problem: ApiProblem, t: Say): string {
  const key = `problem.${problem.document.reason ?? problem.code}`;
  if (key in WORDS) return t(key as WordKey);
  if (problem.document.status === 404) return t('problem.gone');
  return t(problem.document.status === 503 ? 'problem.unavailable' : 'problem.other');
}

/** Of several, each reason once. */
export function problemTitles(problems: readonly ApiProblem[], t: Say): string {
  return [...new Set(problems.map((problem) => problemTitle(problem, t)))].join(' / ');
}

export function ProblemDetails({ problem }: { problem: ApiProblem }) {
  const t = useWords();
  const { code, detail, requestId, errors = [] } = problem.document;
  return (
    <div className="problem-details">
      {/* With fields named, the detail only repeats them. */}
      {detail !== '' && errors.length === 0 && <p lang="en">{detail}</p>}
      {errors.length > 0 && (
        <ul>
          {errors.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              <code>{field}</code> <span lang="en">{message}</span>
            </li>
          ))}
        </ul>
      )}
      {problem.retryAfterSeconds !== undefined && (
        <p>{t('problem.retryAfter', { seconds: problem.retryAfterSeconds })}</p>
      )}
      <p className="muted">
        <code>{code}</code>
        {requestId !== undefined && (
          <>
            {' · '}
            {t('problem.requestId')} <code>{requestId}</code>
          </>
        )}
      </p>
    </div>
  );
}

/** Shows why something a person did failed, until he closes it. */
export function useProblemNotice(): (problem: ApiProblem) => void {
  const t = useWords();
  const { notification } = App.useApp();
  return (problem) =>
    notification.error({
      title: problemTitle(problem, t),
      description: <ProblemDetails problem={problem} />,
      duration: 12,
      placement: 'top',
    });
}
