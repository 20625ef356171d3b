import { Switch } from 'antd';
import { useState } from 'react';
import { useWords } from '../i18n/language.tsx';

const STORED_AS = 'console.shortcuts';

/** Asked at every key, so that the switch needs to tell nobody. */
export function shortcutsAreOn(): boolean {
  return localStorage.getItem(STORED_AS) !== 'off';
}

/** Single keys can be pressed by a voice that dictates: whoever has one switches them off (WCAG 2.1.4). */
export function ShortcutSwitch() {
  const t = useWords();
  const [on, setOn] = useState(shortcutsAreOn);
  return (
    <div>
      <label>
        <Switch
          checked={on}
          onChange={(wanted) => {
            localStorage.setItem(STORED_AS, wanted ? 'on' : 'off');
            setOn(wanted);
          }}
        />{' '}
        {t('shortcuts.on')}
      </label>
      <p className="muted">{t('shortcuts.why')}</p>
    </div>
  );
}
