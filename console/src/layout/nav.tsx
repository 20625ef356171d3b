import { NavLink } from 'react-router';
import { useWords } from '../i18n/language.tsx';
import { useSession } from '../session/session.tsx';
import { NAV_ICONS } from './nav-icons.tsx';
import { NAVIGATION } from './navigation.ts';
import { useWaiting } from './use-waiting.ts';

/** The pages this person may open, with the number of things that wait for him. */
export function Nav() {
  const t = useWords();
  const { can } = useSession();
  const waiting = useWaiting();
  return (
    <nav aria-label={t('layout.navigation')} className="nav">
      {NAVIGATION.map(({ label, items }) => {
        const shown = items.filter(({ needs }) => can(needs));
        if (shown.length === 0) return null;
        return (
          <div key={label ?? 'top'} className="nav-group">
            {label !== undefined && <div className="nav-group-label">{t(label)}</div>}
            {shown.map(({ to, label }) => {
              const count = waiting[to] ?? 0;
              return (
                <NavLink key={to} to={to} end={to === '/'} className="nav-link">
                  <span className="nav-icon" aria-hidden="true">
                    {NAV_ICONS[to]}
                  </span>
                  <span className="nav-label">{t(label)}</span>
                  {count > 0 && (
                    <span className="nav-count">
                      <span aria-hidden="true">{count}</span>
                      <span className="unseen">{t('layout.waiting', { count })}</span>
                    </span>
                  )}
                </NavLink>
              );
            })}
          </div>
        );
      })}
    </nav>
  );
}
