import { answered, api } from '../../api/client.ts';
import type { Effect } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { OpenWord } from '../../i18n/open-word.tsx';
import type { Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { EffectState } from './effect-state.tsx';
import { TargetName } from './target-name.tsx';

const KINDS = ['print', 'message', 'shipping-upload', 'deliver-notify', 'webhook'] as const;
const STATUSES = ['PENDING', 'DONE', 'REFUSED', 'DEAD'] as const;

export default function EffectsPage() {
  const t = useWords();
  const filters: Filter[] = [
    {
      kind: 'choice',
      name: 'kind',
      label: t('common.kind'),
      options: KINDS.map((value) => ({ value, label: t(`effects.${value}`) })),
    },
    {
      kind: 'choice',
      name: 'status',
      label: t('common.status'),
      options: STATUSES.map((value) => ({ value, label: t(`effect.${value}`) })),
    },
    { kind: 'period' },
  ];
  return (
    <ListPage<Effect>
      name="effects"
      title={t('effects.title')}
      subtitle={t('effects.subtitle')}
      label={t('effects.title')}
      filters={filters}
      load={(query, signal) => answered(api.GET('/api/v1/admin/effects', { params: { query }, signal }))}
      href={({ id }) => `/messages/${id}`}
      empty={{ title: t('effects.empty'), hint: t('effects.emptyHint') }}
      columns={[
        {
          title: t('common.kind'),
          phone: 'head',
          render: ({ kind }) => <OpenWord prefix="effects" name={kind} />,
        },
        {
          title: t('common.status'),
          phone: 'side',
          render: (effect) => <EffectState effect={effect} />,
        },
        {
          title: t('effects.target'),
          render: (effect) => <TargetName effect={effect} />,
        },
        { title: t('effects.attempts'), align: 'right', render: ({ attempts }) => attempts },
        {
          title: t('effects.nextAttempt'),
          render: ({ nextAttemptAt }) =>
            nextAttemptAt === undefined ? <span className="muted">—</span> : <Age at={nextAttemptAt} />,
        },
        { title: t('common.createdAt'), render: ({ createdAt }) => <Time at={createdAt} /> },
      ]}
    />
  );
}
