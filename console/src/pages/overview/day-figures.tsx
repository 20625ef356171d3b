import { Tooltip } from 'antd';
import type { Stats } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';

/** Today beside yesterday beside seven days. */
export function DayFigures({ stats }: { stats: Stats }) {
  const t = useWords();
  const week = {
    paidFen: sum(stats.days.map(({ paidFen }) => paidFen)),
    refundedFen: sum(stats.days.map(({ refundedFen }) => refundedFen)),
    paidOrders: sum(stats.days.map(({ paidOrders }) => paidOrders)),
  };
  const { today, yesterday, sevenDays } = stats.successRate;
  return (
    <div className="figures">
      <Figure title={t('overview.today')} {...stats.today} rate={today} />
      <Figure title={t('overview.yesterday')} {...stats.yesterday} rate={yesterday} />
      <Figure title={t('overview.sevenDays')} {...week} rate={sevenDays} />
    </div>
  );
}

function Figure({
  title,
  paidFen,
  refundedFen,
  paidOrders,
  rate,
}: {
  title: string;
  paidFen: number;
  refundedFen: number;
  paidOrders: number;
  rate: number | null;
}) {
  const t = useWords();
  return (
    <section className="figure">
      <h2>
        {title} · {t('overview.paid')}
      </h2>
      <div className="figure-main">
        <Amount fen={paidFen} />
      </div>
      <dl>
        <div>
          <dt>{t('overview.orders')}</dt>
          <dd>{paidOrders}</dd>
        </div>
        <div>
          <dt>{t('overview.refunded')}</dt>
          <dd>
            <Amount fen={refundedFen} />
          </dd>
        </div>
        <div>
          <dt>
            <Tooltip title={t('overview.successRateHint')}>{t('overview.successRate')}</Tooltip>
          </dt>
          <dd>{rate === null ? '—' : `${(rate * 100).toFixed(1)}%`}</dd>
        </div>
      </dl>
    </section>
  );
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
