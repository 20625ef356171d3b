import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { Operator } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { NewOperatorDialog } from './new-operator-dialog.tsx';

export default function StaffPage() {
  const t = useWords();
  const [adding, setAdding] = useState(false);
  return (
    <>
      <ListPage<Operator>
        name="operators"
        title={t('staff.title')}
        label={t('staff.title')}
        load={(query, signal) => answered(api.GET('/api/v1/admin/operators', { params: { query }, signal }))}
        href={({ id }) => `/staff/${id}`}
        actions={
          <Button type="primary" onClick={() => setAdding(true)}>
            {t('staff.add')}
          </Button>
        }
        empty={{ title: t('staff.empty') }}
        columns={[
          { title: t('staff.name'), phone: 'head', render: ({ displayName }) => displayName },
          {
            title: t('common.status'),
            phone: 'side',
            render: ({ disabled }) => (
              <Tag tone={disabled ? 'bad' : 'good'}>{t(disabled ? 'staff.disabled' : 'staff.active')}</Tag>
            ),
          },
          { title: t('login.username'), render: ({ username }) => <code>{username}</code> },
          {
            title: t('staff.role'),
            render: ({ role, deputyUntil }) => (
              <>
                {t(`role.${role}`)} <span className="muted role-hint">{t(`roleHint.${role}`)}</span>
                {deputyUntil !== undefined && <Tag tone="attention">{t('staff.deputy')}</Tag>}
              </>
            ),
          },
          {
            title: t('secondFactor.title'),
            render: ({ hasSecondFactor }) => (
              <Tag tone={hasSecondFactor ? 'good' : 'attention'}>
                {t(hasSecondFactor ? 'secondFactor.on' : 'secondFactor.off')}
              </Tag>
            ),
          },
          {
            title: t('staff.lastSeen'),
            render: ({ lastSeenAt }) =>
              lastSeenAt === undefined ? (
                <span className="muted">{t('staff.notLately')}</span>
              ) : (
                <Age at={lastSeenAt} />
              ),
          },
          {
            title: t('common.createdAt'),
            phone: 'hidden',
            render: ({ createdAt }) => <Time at={createdAt} />,
          },
        ]}
      />
      {adding && <NewOperatorDialog onClose={() => setAdding(false)} />}
    </>
  );
}
