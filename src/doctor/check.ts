import { CHECKS, type CheckName } from './check-names.js';

export interface Check {
  /** Id of the merchant account; null for what the whole service shares. */
  account: string | null;
  check: CheckName;
  /** `warning`: works, but deserves attention. `skipped`: cannot be checked before something else is right. */
  status: 'ok' | 'warning' | 'fault' | 'skipped';
  found: string;
  /** What to do; empty where nothing needs to be done. */
  todo: string;
  /** The same for a Chinese reader, cause and remedy in one sentence; empty where all is well. */
  zh: string;
}

/** What was found, what to do about it, and both in Chinese. None of them ever contains a secret. */
export interface Finding {
  found: string;
  todo: string;
  zh: string;
}

export function ok(check: CheckName, found: string): Check {
  return { account: null, check, status: 'ok', found, todo: '', zh: '' };
}

export function warning(check: CheckName, finding: Finding): Check {
  return { account: null, check, status: 'warning', ...finding };
}

export function fault(check: CheckName, finding: Finding): Check {
  return { account: null, check, status: 'fault', ...finding };
}

/** @param needed the checks that must be right first, as `wrongAmong` found them */
export function skipped(check: CheckName, needed: readonly CheckName[]): Check {
  const list = (name: 'title' | 'zh'): string => needed.map((each) => CHECKS[each][name]).join(', ');
  return {
    account: null,
    check,
    status: 'skipped',
    found: `not checked: first put right: ${list('title')}`,
    todo: '',
    zh: `未检查：请先解决：${list('zh')}`,
  };
}

/** Which of the named checks went wrong or could not be made, each once. */
export function wrongAmong(checks: readonly Check[], names: readonly CheckName[]): CheckName[] {
  const wrong = new Set(checks.filter(isWrong).map(({ check }) => check));
  return names.filter((name) => wrong.has(name));
}

export function isWrong({ status }: Check): boolean {
  return status === 'fault' || status === 'skipped';
}
