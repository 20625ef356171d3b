import type { ReactNode } from 'react';

/** A few rows inside a page, on a phone too; lists with pages of their own are `List`. */
export function SimpleTable<Row>({
  label,
  rows,
  columns,
}: {
  label: string;
  rows: readonly Row[];
  columns: readonly { title: string; align?: 'right'; render: (row: Row) => ReactNode }[];
}) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
    <div className="simple-table" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ title, align }) => (
              <th key={title} scope="col" className={align}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // Rows of these tables neither move nor hold state of their own.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index}>
              {columns.map(({ title, align, render }) => (
                <td key={title} className={align}>
                  {render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
