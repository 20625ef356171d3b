import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Stats } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { useScheme } from '../../scheme.tsx';
import { paletteOf } from '../../theme.ts';
import { formatFen } from '../../ui/fen.ts';

/** Paid and refunded of the last seven days; those who do not see it get the same as a list. */
export default function WeekChart({ days }: Pick<Stats, 'days'>) {
  const t = useWords();
  const { scheme } = useScheme();
  const { brand, attention, muted, line, surface, ink } = paletteOf(scheme);
  const rows = days.map(({ date, paidFen, refundedFen }) => ({ day: date.slice(5), paidFen, refundedFen }));
  return (
    <>
      <ul className="unseen">
        {days.map(({ date, paidFen, refundedFen }) => (
          <li key={date}>
            {t('overview.chartOf', { date, paid: formatFen(paidFen), refunded: formatFen(refundedFen) })}
          </li>
        ))}
      </ul>
      <div aria-hidden="true" className="chart">
        <ResponsiveContainer>
          <BarChart data={rows} margin={{ top: 8, right: 4, bottom: 0, left: 4 }} accessibilityLayer={false}>
            <CartesianGrid vertical={false} stroke={line} />
            <XAxis
              dataKey="day"
              tickLine={false}
              axisLine={{ stroke: line }}
              tick={{ fill: muted }}
              fontSize={12}
            />
            <YAxis
              width={64}
              tickLine={false}
              axisLine={false}
              tick={{ fill: muted }}
              fontSize={12}
              tickFormatter={whole}
              allowDecimals={false}
            />
            <Tooltip
              cursor={{ fill: line, opacity: 0.4 }}
              formatter={(value) => formatFen(Number(value))}
              contentStyle={{ background: surface, borderColor: line, borderRadius: 8, color: ink }}
            />
            <Legend iconType="circle" iconSize={8} />
            <Bar
              dataKey="paidFen"
              name={t('overview.paid')}
              fill={brand}
              radius={[4, 4, 0, 0]}
              maxBarSize={28}
            />
            <Bar
              dataKey="refundedFen"
              name={t('overview.refunded')}
              fill={attention}
              radius={[4, 4, 0, 0]}
              maxBarSize={28}
            />
          </BarChart>
        </ResponsiveContainer>
      </div>
    </>
  );
}

/** An axis has no room for fen that are nought. */
function whole(fen: number): string {
  return formatFen(fen).replace(/\.00$/, '');
}
