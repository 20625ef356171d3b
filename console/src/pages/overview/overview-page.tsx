import { Skeleton } from 'antd';
import { lazy, Suspense } from 'react';
import { useStats } from '../../api/stats.ts';
import { useWords } from '../../i18n/language.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { DayFigures } from './day-figures.tsx';
import { HealthPanel } from './health-panel.tsx';
import { Todo } from './todo.tsx';

// The chart library weighs more than the rest of this page; the numbers do not wait for it.
const WeekChart = lazy(() => import('./week-chart.tsx'));

export default function OverviewPage() {
  const t = useWords();
  const stats = useStats();
  return (
    <Page title={t('overview.title')}>
      <Loaded query={stats} rows={12}>
        {(data) => (
          <>
            <DayFigures stats={data} />
            <Panel title={t('overview.todo')}>
              <Todo stats={data} />
            </Panel>
            <div className="columns">
              <Panel title={t('overview.chart')}>
                <div className="chart">
                  <Suspense fallback={<Skeleton active paragraph={{ rows: 5 }} />}>
                    <WeekChart days={data.days} />
                  </Suspense>
                </div>
              </Panel>
              <HealthPanel stats={data} />
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
