import { CHECKS } from './check-names.js';
import { isWrong, type Check } from './check.js';

const MARKS = { ok: '✓', warning: '!', fault: '✗', skipped: '–' } as const;

/** One line for what is right; for the rest what was found, why it matters, what to do, and the same in Chinese. */
export function textReport(checks: readonly Check[]): string {
  const accounts = [...new Set(checks.map(({ account }) => account))];
  const sections = accounts.map((account) => {
    const heading = account === null ? 'service 服务' : `account 商户账号 ${account}`;
    return [heading, ...checks.filter((check) => check.account === account).flatMap(lines)].join('\n');
  });
  return `${[...sections, summary(checks)].join('\n\n')}\n`;
}

/** One object: `{ok, checks: [{account, check, ok, status, found, why, todo, zh}]}`. */
export function jsonReport(checks: readonly Check[]): string {
  const listed = checks.map((each) => {
    const { account, check, status, found, todo, zh } = each;
    return { account, check, ok: !isWrong(each), status, found, why: CHECKS[check].why, todo, zh };
  });
  return `${JSON.stringify({ ok: !checks.some(isWrong), checks: listed })}\n`;
}

function lines({ check, status, found, todo, zh }: Check): string[] {
  const { title, zh: titleZh, why } = CHECKS[check];
  const first = `  ${MARKS[status]} ${title} ${titleZh}: ${found}`;
  if (status === 'ok') return [first];
  if (status === 'skipped') return [first, `      ${zh}`];
  return [first, `      why    ${why}`, `      to do  ${todo}`, `      中文   ${zh}`];
}

function summary(checks: readonly Check[]): string {
  const count = (status: Check['status']): number => checks.filter((each) => each.status === status).length;
  const [faults, warnings, skipped] = [count('fault'), count('warning'), count('skipped')];
  if (faults + skipped === 0)
    return warnings === 0
      ? 'all right 全部正常'
      : `usable, ${warnings} to look at 可用，${warnings} 项需注意`;
  return `${faults} wrong 错误 ${faults} 项, ${warnings} to look at 注意 ${warnings} 项, ${skipped} not checked 未检查 ${skipped} 项`;
}
