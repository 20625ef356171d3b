import { useWords } from '../../i18n/language.tsx';
import { ShortcutSwitch } from '../../layout/shortcut-switch.tsx';
import { useSession } from '../../session/session.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { SessionsPanel } from '../staff/sessions-panel.tsx';
import { OwnPassword } from './own-password.tsx';
import { SecondFactorPanel } from './second-factor-panel.tsx';

/** One's own account: who I am, the second factor, the password, where I am logged in. */
export default function AccountPage() {
  const t = useWords();
  const { me } = useSession();
  return (
    <Page title={t('account.title')}>
      <div className="columns columns-even">
        <div>
          <Panel title={t('account.profile')}>
            <Facts
              items={[
                [t('staff.name'), me.displayName],
                [t('login.username'), <code>{me.username}</code>],
                [t('staff.role'), `${t(`role.${me.role}`)} · ${t(`roleHint.${me.role}`)}`],
              ]}
            />
          </Panel>
          <SecondFactorPanel />
          <Panel title={t('shortcuts.title')}>
            <ShortcutSwitch />
          </Panel>
        </div>
        <OwnPassword />
      </div>
      <SessionsPanel operatorId={me.id} />
    </Page>
  );
}
