import { Modal } from 'antd';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { useWords } from '../i18n/language.tsx';
import type { WordKey } from '../i18n/words.ts';
import { ShortcutSwitch, shortcutsAreOn } from './shortcut-switch.tsx';

const PLACES: Readonly<Record<string, { to: string; label: WordKey }>> = {
  o: { to: '/orders', label: 'nav.orders' },
  r: { to: '/refunds', label: 'nav.refunds' },
  h: { to: '/', label: 'nav.overview' },
  n: { to: '/notifications', label: 'nav.notifications' },
  c: { to: '/reconciliation', label: 'nav.reconciliation' },
};
/** How long after `g` the letter of a place may come. */
const CHORD_MS = 1200;

/** Keys for those who live in the console: `/` searches, `g o` goes to the orders, `?` lists them all. */
export function Shortcuts() {
  const t = useWords();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    let goUntil = 0;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !shortcutsAreOn())
        return;
      const place = PLACES[event.key];
      if (event.key === '/') {
        event.preventDefault();
        document.getElementById('order-search')?.focus();
      } else if (event.key === '?') setOpen(true);
      else if (event.key === 'g') goUntil = event.timeStamp + CHORD_MS;
      else if (place !== undefined && event.timeStamp < goUntil) void navigate(place.to);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [navigate]);
  return (
    <Modal
      open={open}
      title={t('shortcuts.title')}
      footer={null}
      onCancel={() => setOpen(false)}
      width={420}
      destroyOnHidden
    >
      <dl className="shortcut-list">
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>{t('layout.search')}</dd>
        {Object.entries(PLACES).map(([key, { label }]) => (
          <div key={key} className="shortcut">
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{t(label)}</dd>
          </div>
        ))}
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>{t('shortcuts.title')}</dd>
      </dl>
      <ShortcutSwitch />
    </Modal>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
