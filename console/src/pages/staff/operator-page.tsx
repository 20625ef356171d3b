import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Operator } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { DetailPage, type Back } from '../../ui/detail-page.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { OperatorActions } from './operator-actions.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

export default function OperatorPage() {
  const t = useWords();
  const { id = '' } = useParams();
  const operator = useQuery({
    queryKey: ['operator', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/operators/{id}', { params: { path: { id } }, signal })),
  });
  const back = { to: '/staff', label: t('staff.title') };
  return (
    <DetailPage query={operator} title={t('staff.title')} back={back}>
      {(data) => <Shown operator={data} back={back} />}
    </DetailPage>
  );
}

function Shown({ operator, back }: { operator: Operator; back: Back }) {
  const t = useWords();
  const { disabled, hasSecondFactor, role, deputyUntil, lastSeenAt } = operator;
  return (
    <Page
      title={operator.displayName}
      back={back}
      tags={<Tag tone={disabled ? 'bad' : 'good'}>{t(disabled ? 'staff.disabled' : 'staff.active')}</Tag>}
      actions={<OperatorActions operator={operator} />}
    >
      <Panel>
        <Facts
          items={[
            [t('login.username'), <code>{operator.username}</code>],
            [
              t('staff.role'),
              <>
                {t(`role.${role}`)} <span className="muted">{t(`roleHint.${role}`)}</span>
              </>,
            ],
            [t('staff.deputyUntil'), deputyUntil && <Time at={deputyUntil} />],
            [
              t('secondFactor.title'),
              <Tag tone={hasSecondFactor ? 'good' : 'attention'}>
                {t(hasSecondFactor ? 'secondFactor.on' : 'secondFactor.off')}
              </Tag>,
            ],
            [t('staff.lastSeen'), lastSeenAt === undefined ? t('staff.notLately') : <Age at={lastSeenAt} />],
            [t('common.createdAt'), <Time at={operator.createdAt} />],
            [t('nav.audit'), <Link to={`/audit?operatorId=${operator.id}`}>{t('staff.actions')}</Link>],
          ]}
        />
      </Panel>
      <SessionsPanel operatorId={operator.id} />
    </Page>
  );
}
