import { useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { Link, useParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { EffectDetail } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { openWord } from '../../i18n/open-word.tsx';
import { useSession } from '../../session/session.tsx';
import { DetailPage, type Back } from '../../ui/detail-page.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { AttemptLog } from './attempt-log.tsx';
import { EffectState } from './effect-state.tsx';
import { TargetName } from './target-name.tsx';

export default function EffectPage() {
  const t = useWords();
  const { id = '' } = useParams();
  const effect = useQuery({
    queryKey: ['effect', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/effects/{id}', { params: { path: { id } }, signal })),
  });
  const back = { to: '/messages', label: t('effects.title') };
  return (
    <DetailPage query={effect} title={t('effects.title')} back={back}>
      {(data) => <Shown effect={data} back={back} />}
    </DetailPage>
  );
}

function Shown({ effect, back }: { effect: EffectDetail; back: Back }) {
  const t = useWords();
  return (
    <Page
      title={openWord(t, 'effects', effect.kind)}
      back={back}
      tags={<EffectState effect={effect} />}
      actions={<Replay effect={effect} />}
    >
      <Advice effect={effect} />
      <div className="columns">
        <Panel title={t('effects.log')} flush>
          <AttemptLog log={effect.log} />
        </Panel>
        <Panel>
          <Facts
            items={[
              [t('effects.target'), <TargetName effect={effect} />],
              [
                t('common.order'),
                effect.orderId && <Link to={`/orders/${effect.orderId}`}>{t('common.toOrder')}</Link>,
              ],
              [t('effects.attempts'), effect.attempts],
              [t('effects.nextAttempt'), effect.nextAttemptAt && <Age at={effect.nextAttemptAt} />],
              [t('common.createdAt'), <Time at={effect.createdAt} />],
            ]}
          />
        </Panel>
      </div>
    </Page>
  );
}

/** What the end of it means, and what a person can do. */
function Advice({ effect: { status, attempts } }: { effect: EffectDetail }) {
  const t = useWords();
  if (status !== 'DEAD' && status !== 'REFUSED') return null;
  return (
    <Alert
      className="guidance"
      type={status === 'DEAD' ? 'error' : 'info'}
      showIcon
      title={t(`effects.advice.${status}`, { attempts })}
      description={t(`effects.adviceHint.${status}`)}
    />
  );
}

function Replay({ effect: { id, status } }: { effect: EffectDetail }) {
  const t = useWords();
  const { can } = useSession();
  const replay = useAction(
    (_, sent) =>
      answered(api.POST('/api/v1/admin/effects/{id}/replay', { params: { path: { id } }, ...sent })),
    { done: 'common.replayed' },
  );
  if (status === 'PENDING' || !can('effects.replay')) return null;
  return (
    <Button type="primary" loading={replay.pending} onClick={() => void replay.run()}>
      {t('common.replay')}
    </Button>
  );
}
