import {
  BellOutlined,
  BulbOutlined,
  MenuOutlined,
  MutedOutlined,
  TranslationOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { Button, Dropdown, Input, Tooltip } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useSpeech } from '../i18n/language.tsx';
import { useLive } from '../live/live.tsx';
import { useScheme } from '../scheme.tsx';
import { useSession } from '../session/session.tsx';

export function Header({ onMenu }: { onMenu: () => void }) {
  const { t, language, setLanguage } = useSpeech();
  const { toggle } = useScheme();
  const { connected, sound, toggleSound } = useLive();
  return (
    <header className="topbar">
      <Button
        className="topbar-menu"
        type="text"
        icon={<MenuOutlined />}
        aria-label={t('layout.menu')}
        onClick={onMenu}
      />
      <OrderSearch />
      <div className="topbar-tools">
        <Tooltip title={t(connected ? 'layout.live' : 'layout.notLive')}>
          <span
            className={connected ? 'live-dot live-dot-on' : 'live-dot'}
            role="img"
            aria-label={t(connected ? 'layout.live' : 'layout.notLive')}
          />
        </Tooltip>
        <Tooltip title={t(sound ? 'layout.soundOn' : 'layout.soundOff')}>
          <Button
            type="text"
            aria-pressed={sound}
            aria-label={t('layout.sound')}
            icon={sound ? <BellOutlined /> : <MutedOutlined />}
            onClick={toggleSound}
          />
        </Tooltip>
        <Tooltip title={t('layout.scheme')}>
          <Button type="text" icon={<BulbOutlined />} aria-label={t('layout.scheme')} onClick={toggle} />
        </Tooltip>
        <Tooltip title={language === 'zh' ? 'English' : '中文'}>
          <Button
            type="text"
            icon={<TranslationOutlined />}
            aria-label={language === 'zh' ? 'English' : '中文'}
            onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
          />
        </Tooltip>
        <PersonMenu />
      </div>
    </header>
  );
}

/** Any number that names an order; `/` puts the cursor here. */
function OrderSearch() {
  const { t } = useSpeech();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  return (
    <search className="topbar-search">
      <Input.Search
        id="order-search"
        aria-label={t('layout.search')}
        placeholder={t('layout.search')}
        allowClear
        value={text}
        onChange={(event) => setText(event.target.value)}
        onSearch={(wanted) => {
          if (wanted.trim() !== '') void navigate(`/orders?q=${encodeURIComponent(wanted.trim())}`);
        }}
      />
    </search>
  );
}

function PersonMenu() {
  const { t } = useSpeech();
  const { me, logOut } = useSession();
  const navigate = useNavigate();
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'who', type: 'group', label: `${me.displayName} · ${t(`role.${me.role}`)}` },
          { key: 'account', label: t('nav.account'), onClick: () => void navigate('/account') },
          { key: 'out', label: t('session.logOut'), onClick: () => void logOut() },
        ],
      }}
    >
      <Button type="text" icon={<UserOutlined />} aria-label={t('layout.person', { name: me.displayName })}>
        <span className="topbar-name">{me.displayName}</span>
      </Button>
    </Dropdown>
  );
}
