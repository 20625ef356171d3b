import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import { STILL } from '../../api/refresh.ts';
import { useWords } from '../../i18n/language.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { AccountPanel } from './account-panel.tsx';
import { ApprovalsPanel } from './approvals-panel.tsx';
import { SettingGroup } from './setting-group.tsx';

/** How the service is set up: accounts, certificates, limits, who decides. Of a secret it only says whether there is one. */
export default function SettingsPage() {
  const t = useWords();
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/admin/settings', { signal })),
    meta: STILL,
  });
  return (
    <Page title={t('settings.title')} subtitle={t('settings.subtitle')}>
      <Loaded query={settings} rows={14}>
        {({ accounts, approvals, groups }) => (
          <>
            {accounts.map((account) => (
              <AccountPanel key={account.id} account={account} />
            ))}
            <ApprovalsPanel approvals={approvals} />
            <div className="setting-groups">
              {groups.map((group) => (
                <SettingGroup key={group.name} group={group} />
              ))}
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
