import { ArrowLeftOutlined } from '@ant-design/icons';
import { useEffect, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useWords } from '../i18n/language.tsx';

/** A page: its title (also the window's), what can be done, its content. Actions stick to the lower edge of a phone. */
export function Page({
  title,
  subtitle,
  tags,
  back,
  actions,
  children,
}: {
  title: string;
  subtitle?: ReactNode;
  tags?: ReactNode;
  /** The list this page belongs to. */
  back?: { to: string; label: string };
  actions?: ReactNode;
  children: ReactNode;
}) {
  const t = useWords();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <div className="page">
      {back !== undefined && (
        <Link className="page-back" to={back.to}>
          <ArrowLeftOutlined aria-hidden="true" /> {back.label}
        </Link>
      )}
      <header className="page-head">
        <div className="page-title">
          <h1>{title}</h1>
          {tags}
          {subtitle !== undefined && <div className="page-subtitle muted">{subtitle}</div>}
        </div>
        {actions !== undefined && actions !== false && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A titled block of a page. */
export function Panel({
  title,
  extra,
  children,
  flush = false,
}: {
  title?: ReactNode;
  extra?: ReactNode;
  children: ReactNode;
  /** Content reaches the edges: tables. */
  flush?: boolean;
}) {
  return (
    <section className={flush ? 'panel panel-flush' : 'panel'}>
      {title !== undefined && (
        <header className="panel-head">
          <h2>{title}</h2>
          {extra}
        </header>
      )}
      <div className="panel-body">{children}</div>
    </section>
  );
}
