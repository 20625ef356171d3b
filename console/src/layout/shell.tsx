import { Drawer, Skeleton } from 'antd';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { useWords } from '../i18n/language.tsx';
import { LiveProvider } from '../live/live.tsx';
import { SessionProvider, useMe } from '../session/session.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { Header } from './header.tsx';
import { Nav } from './nav.tsx';
import { OfflineBanner } from './offline-banner.tsx';
import { Shortcuts } from './shortcuts.tsx';

/** Everything around a page: who is logged in, navigation, header, what arrives by itself. */
export function Shell() {
  const t = useWords();
  const me = useMe();
  const { pathname, search } = useLocation();
  if (me.data === undefined) {
    if (me.isError)
      return (
        <main className="crash">
          <ProblemView thrown={me.error} onRetry={() => void me.refetch()} />
        </main>
      );
    return <Skeleton active className="boot" />;
  }
  if (me.data === null) {
    const next = `${pathname}${search}`;
    return <Navigate to={next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`} replace />;
  }
  return (
    <SessionProvider me={me.data}>
      <LiveProvider>
        <a className="skip-link" href="#content">
          {t('layout.skip')}
        </a>
        <Frame />
        <Shortcuts />
      </LiveProvider>
    </SessionProvider>
  );
}

function Frame() {
  const t = useWords();
  const { pathname } = useLocation();
  const content = useFocusOnPages(pathname);
  // The drawer was opened on one page; going to another closes it.
  const [openOn, setOpenOn] = useState<string>();
  return (
    <div className="frame">
      <aside className="sidebar">
        <div className="brand">{t('app.name')}</div>
        <Nav />
      </aside>
      <div className="frame-main">
        <Header onMenu={() => setOpenOn(pathname)} />
        <OfflineBanner />
        <main id="content" ref={content} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Drawer
        placement="left"
        size={260}
        open={openOn === pathname}
        onClose={() => setOpenOn(undefined)}
        title={t('app.name')}
        rootClassName="nav-drawer"
      >
        <Nav />
      </Drawer>
    </div>
  );
}

/** Going to another page puts the focus on its content, where a loaded one would begin; not a link that is gone. */
function useFocusOnPages(pathname: string): RefObject<HTMLElement | null> {
  const content = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    content.current?.focus({ preventScroll: true });
  }, [pathname]);
  return content;
}
