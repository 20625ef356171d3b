import type { Settings } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Facts } from '../../ui/facts.tsx';
import { NumberText } from '../../ui/number-text.tsx';
import { Panel } from '../../ui/page.tsx';
import { SimpleTable } from '../../ui/simple-table.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';
import { certificateTone, daysLeft } from '../overview/certificate-line.tsx';
import { SwitchProgress } from './switch-progress.tsx';

type Account = Settings['accounts'][number];

/** A merchant account: who it is at WeChat, which keys it has, how long its certificates last. */
export function AccountPanel({ account }: { account: Account }) {
  const t = useWords();
  const { keys } = account;
  return (
    <Panel title={`${t('common.account')} ${account.id}`} extra={<Tag tone="quiet">API {account.api}</Tag>}>
      <Facts
        items={[
          [t('settings.mchId'), <NumberText value={account.mchId} />],
          [t('settings.appId'), <NumberText value={account.appId} />],
          [t('settings.signType'), account.signType],
          [t('settings.mode'), t(`settings.mode.${account.mode}`)],
          [t('settings.switch'), account.api === 'v3' && <SwitchProgress signedWith={account.signedWith} />],
          [t('settings.confirm'), t(`settings.confirm.${account.confirmNotify}`)],
          [t('payments.tradeType'), account.tradeTypes.map((type) => t(`tradeType.${type}`)).join('、')],
          [t('nav.refunds'), t(account.refunds ? 'common.yes' : 'common.no')],
          [
            t('settings.keys'),
            <span className="tag-row">
              {Object.entries(keys).map(([name, set]) => (
                <Tag key={name} tone={set ? 'good' : 'quiet'}>
                  {name} {t(set ? 'settings.isSet' : 'settings.notSet')}
                </Tag>
              ))}
            </span>,
          ],
          [t('settings.notifyPayment'), <NumberText value={account.notifyUrls.payment} />],
          [t('settings.notifyRefund'), <NumberText value={account.notifyUrls.refund} />],
          [t('settings.publicKeyId'), account.publicKeyId && <NumberText value={account.publicKeyId} />],
        ]}
      />
      {account.certificates.length > 0 && (
        <>
          <h3 className="block-title">{t('overview.certificates')}</h3>
          <SimpleTable
            label={t('overview.certificates')}
            rows={account.certificates}
            columns={[
              { title: t('common.kind'), render: ({ kind }) => t(`overview.certificate${kind}`) },
              { title: t('settings.serial'), render: ({ serial }) => <NumberText value={serial} /> },
              { title: t('settings.notBefore'), render: ({ notBefore }) => <Time at={notBefore} /> },
              { title: t('settings.notAfter'), render: ({ notAfter }) => <Time at={notAfter} /> },
              {
                title: t('common.status'),
                render: (certificate) => (
                  <Tag tone={certificateTone(daysLeft(certificate))}>
                    {t('overview.daysLeft', { days: daysLeft(certificate) })}
                  </Tag>
                ),
              },
            ]}
          />
        </>
      )}
    </Panel>
  );
}
