import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import dayjs from 'dayjs';
import { useSearchParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import { useWords } from '../../i18n/language.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { beijingDay } from '../../ui/time.tsx';
import { Month } from './month.tsx';

/** More rows than a month has for any sensible number of merchant accounts. */
const MOST = 100;

/** A month of days, each with what the comparison with WeChat's bill found; the month stands in the address. */
export default function ReconciliationPage() {
  const t = useWords();
  const [params, setParams] = useSearchParams();
  const today = beijingDay(new Date());
  const asked = params.get('month') ?? '';
  const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(asked) ? asked : today.slice(0, 7);
  const first = dayjs(`${month}-01`);
  const from = `${month}-01`;
  const to = first.endOf('month').format('YYYY-MM-DD');
  const days = useQuery({
    queryKey: ['reconciliations', month],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/admin/reconciliations', { params: { query: { from, to, limit: MOST } }, signal }),
      ),
  });
  const go = (months: number) => setParams({ month: first.add(months, 'month').format('YYYY-MM') });
  return (
    <Page title={t('reconciliation.title')} subtitle={t('reconciliation.subtitle')}>
      <Panel
        title={month}
        extra={
          <span className="tag-row">
            <Button
              icon={<LeftOutlined />}
              aria-label={t('reconciliation.previous')}
              onClick={() => go(-1)}
            />
            <Button
              icon={<RightOutlined />}
              aria-label={t('reconciliation.next')}
              disabled={month >= today.slice(0, 7)}
              onClick={() => go(1)}
            />
          </span>
        }
      >
        <Loaded query={days} rows={10}>
          {({ items }) => <Month month={month} today={today} rows={items} />}
        </Loaded>
      </Panel>
    </Page>
  );
}
