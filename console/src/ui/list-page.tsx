import type { ReactNode } from 'react';
import { useWords } from '../i18n/language.tsx';
import { Button } from 'antd';
import { FilterBar, namesOf, type Filter } from './filter-bar.tsx';
import type { ListProps } from './list-props.ts';
import { List } from './list.tsx';
import { Page } from './page.tsx';
import { SavedViews } from './saved-views.tsx';
import { useFilters, type FilterValues } from './use-filters.ts';

interface ListPageProps<Row extends { id: string }> extends Omit<ListProps<Row>, 'queryKey' | 'load'> {
  /** Names the list: its cache and its saved views. */
  name: string;
  title: string;
  subtitle?: ReactNode;
  filters?: readonly Filter[];
  withViews?: boolean;
  /** `query` holds the filters of the address and the cursor, as the service takes them. */
  load: (
    query: FilterValues & { cursor?: string },
    signal: AbortSignal,
  ) => Promise<{ items: Row[]; nextCursor?: string | null }>;
  actions?: ReactNode;
  /** Between title and filters: tabs, what needs attention. */
  above?: ReactNode;
}

/** A page that is one list: title, filters that live in the address, rows. */
export function ListPage<Row extends { id: string }>({
  name,
  title,
  subtitle,
  filters = [],
  withViews = false,
  load,
  actions,
  above,
  empty,
  ...list
}: ListPageProps<Row>) {
  const t = useWords();
  const { values, set, replace } = useFilters(namesOf(filters));
  const filtered = Object.keys(values).length > 0;
  return (
    <Page title={title} subtitle={subtitle} actions={actions}>
      {above}
      {filters.length > 0 && (
        <div className="filter-row">
          <FilterBar filters={filters} values={values} onChange={set} />
          {filtered && (
            <Button type="text" onClick={() => replace({})}>
              {t('list.reset')}
            </Button>
          )}
          {withViews && <SavedViews list={name} values={values} onChoose={replace} />}
        </div>
      )}
      <div className="panel panel-flush">
        <List
          {...list}
          queryKey={[name, values]}
          load={(cursor, signal) => load({ ...values, ...(cursor !== undefined && { cursor }) }, signal)}
          empty={
            filtered
              ? {
                  title: t('list.nothingFound'),
                  hint: t('list.nothingFoundHint'),
                  action: <Button onClick={() => replace({})}>{t('list.reset')}</Button>,
                }
              : empty
          }
        />
      </div>
    </Page>
  );
}
