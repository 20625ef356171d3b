import dayjs from 'dayjs';
import type { ReconciliationRow } from '../../api/types.ts';
import { useSpeech } from '../../i18n/language.tsx';
import { MonthDay } from './month-day.tsx';

const MONDAY_FIRST = [1, 2, 3, 4, 5, 6, 0];

/** @param month `YYYY-MM` */
export function Month({
  month,
  today,
  rows,
}: {
  month: string;
  today: string;
  rows: readonly ReconciliationRow[];
}) {
  const { t, language } = useSpeech();
  const weekday = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en', { weekday: 'short' });
  return (
    <table className="month" aria-label={t('reconciliation.month')}>
      <thead>
        <tr>
          {MONDAY_FIRST.map((day) => (
            <th key={day} scope="col">
              {weekday.format(new Date(2026, 1, 1 + day)) /* the first of February 2026 is a Sunday */}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((week) => (
          <tr key={week.find((day) => day !== undefined)}>
            {week.map((date, index) => (
              <td key={date ?? `empty ${MONDAY_FIRST[index]}`}>
                {date !== undefined && (
                  <MonthDay date={date} today={today} rows={rows.filter((row) => row.date === date)} />
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function weeksOf(month: string): (string | undefined)[][] {
  const first = dayjs(`${month}-01`);
  const before = (first.day() + 6) % 7;
  const cells: (string | undefined)[] = [
    ...Array.from({ length: before }, () => undefined),
    ...Array.from({ length: first.daysInMonth() }, (_, index) =>
      first.add(index, 'day').format('YYYY-MM-DD'),
    ),
  ];
  while (cells.length % 7 > 0) cells.push(undefined);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
