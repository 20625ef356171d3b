import { Link } from 'react-router';
import { useWords } from '../i18n/language.tsx';
import type { Column, ListProps } from './list-props.ts';

/** The same columns, one card to a row: what a phone has room for. */
export function RowCards<Row extends { id: string }>({
  rows,
  columns,
  href,
  label,
  details,
}: ListProps<Row> & { rows: Row[] }) {
  const t = useWords();
  const at = (place: Column<Row>['phone']) => columns.filter(({ phone }) => phone === place);
  const lines = at(undefined);
  return (
    <ul className="cards" aria-label={label}>
      {rows.map((row) => (
        <li key={row.id} className="card">
          <div className="card-head">
            <span className="card-title">
              {at('head').map(({ title, render }) => (
                <span key={title}>
                  {href === undefined ? (
                    render(row)
                  ) : (
                    <Link className="card-link" to={href(row)}>
                      {render(row)}
                    </Link>
                  )}
                </span>
              ))}
            </span>
            {at('side').map(({ title, render }) => (
              <span key={title}>{render(row)}</span>
            ))}
          </div>
          <dl className="card-lines">
            {lines.map(({ title, render }) => (
              <div key={title}>
                <dt>{title}</dt>
                <dd>{render(row)}</dd>
              </div>
            ))}
          </dl>
          {details !== undefined && (
            <details>
              <summary>{t('order.showRaw')}</summary>
              {details(row)}
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
