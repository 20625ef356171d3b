import { Table } from 'antd';
import { Link, useNavigate } from 'react-router';
import { useWords } from '../i18n/language.tsx';
import type { ListProps } from './list-props.ts';

const INTERACTIVE = 'a, button, input, label';

export function RowTable<Row extends { id: string }>({
  rows,
  columns,
  href,
  label,
  details,
  selection,
}: ListProps<Row> & { rows: Row[] }) {
  const t = useWords();
  const navigate = useNavigate();
  return (
    <Table<Row>
      aria-label={label}
      size="middle"
      rowKey="id"
      dataSource={rows}
      pagination={false}
      scroll={{ x: 'max-content' }}
      columns={columns.map(({ title, render, align, width }, index) => ({
        key: title,
        title,
        ...(align !== undefined && { align }),
        ...(width !== undefined && { width }),
        render: (_: unknown, row: Row) =>
          index === 0 && href !== undefined ? <Link to={href(row)}>{render(row)}</Link> : render(row),
      }))}
      {...(details !== undefined && {
        expandable: {
          expandedRowRender: details,
          columnTitle: <span className="unseen">{t('order.showRaw')}</span>,
        },
      })}
      {...(selection !== undefined && {
        rowSelection: {
          // Choosing all at once is no way to approve money, and antd's box for it is hidden twice from screen readers.
          hideSelectAll: true,
          columnTitle: <span className="unseen">{t('list.choose')}</span>,
          selectedRowKeys: [...selection.ids],
          getCheckboxProps: (row: Row) => ({ disabled: !selection.mayChoose(row), 'aria-label': row.id }),
          onChange: (_: React.Key[], chosen: Row[]) => selection.onChange(chosen),
        },
      })}
      {...(href !== undefined && {
        rowClassName: 'row-link',
        onRow: (row: Row) => ({
          onClick: (event: React.MouseEvent) => {
            if (!(event.target as Element).closest(INTERACTIVE)) void navigate(href(row));
          },
        }),
      })}
    />
  );
}
