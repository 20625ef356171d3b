import { InboxOutlined } from '@ant-design/icons';
import type { ReactNode } from 'react';

/** Nothing is there: says why that may be, and what to do next. */
export function EmptyView({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <section className="state-view">
      <InboxOutlined className="state-icon" aria-hidden="true" />
      <h2>{title}</h2>
      {hint !== undefined && <p className="muted">{hint}</p>}
      {action}
    </section>
  );
}
