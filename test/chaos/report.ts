import type { Finding } from './accounting.js';
import type { Day } from './quiet.js';
import type { Diary } from './shoppers.js';

export interface Report {
  seed: number;
  api: string;
  minutes: number;
  diary: Omit<Diary, 'promised'>;
  troubles: Record<string, number>;
  unfinished: Record<string, number>;
  days: Day[];
  findings: Finding[];
}

/** Whether every fen is accounted for. */
export function isRight({ unfinished, days, findings }: Report): boolean {
  return (
    Object.keys(unfinished).length === 0 &&
    days.length > 0 &&
    days.every(({ status, differences }) => status === 'DONE' && differences === 0) &&
    findings.every(({ wrong }) => wrong.length === 0)
  );
}

export function table(report: Report): string {
  const { seed, api, minutes, diary, troubles, unfinished, days, findings } = report;
  const lines = [
    `chaos, seed ${seed}, API ${api}, ${minutes} min`,
    `  people     ${counts(diary)}`,
    `  troubles   ${counts(troubles)}`,
    ...Object.entries(unfinished).map(([what, count]) => `✗ ${count} ${what} never came to an end`),
    ...days.map(
      ({ date, status, differences, kinds }) =>
        `${status === 'DONE' && differences === 0 ? '✓' : '✗'} ${date} compared with WeChat's bills: ${status}, ${differences} differences ${kinds ?? ''}`,
    ),
    ...findings.flatMap(({ what, here, wrong }) => [
      `${wrong.length === 0 ? '✓' : '✗'} ${what}: ${here}`,
      ...wrong.slice(0, 10).map((line) => `    ${line}`),
    ]),
    isRight(report) ? 'every fen is accounted for' : 'NOT every fen is accounted for',
  ];
  return `${lines.join('\n')}\n`;
}

function counts(of: object): string {
  return Object.entries(of)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
