import type { EffectDetail } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { SimpleTable } from '../../ui/simple-table.tsx';
import { Time } from '../../ui/time.tsx';

/** Every try of a side effect and how it went; a webhook's delivery has the same. */
export function AttemptLog({ log }: Pick<EffectDetail, 'log'>) {
  const t = useWords();
  if (log.length === 0) return <p className="muted panel-note">{t('effects.noLog')}</p>;
  return (
    <SimpleTable
      label={t('effects.log')}
      rows={log}
      columns={[
        {
          title: t('effects.attempts'),
          render: ({ attempt }) => <span className="tabular">{t('effects.attempt', { attempt })}</span>,
        },
        { title: t('common.time'), render: ({ at }) => <Time at={at} /> },
        {
          title: t('common.status'),
          render: ({ outcome }) =>
            outcome === undefined ? (
              '—'
            ) : (
              <span className="tabular">
                {outcome === 'LATER' ? t('effects.LATER') : t(`effect.${outcome}`)}
              </span>
            ),
        },
        {
          title: t('common.reason'),
          render: ({ code, message }) => [code, message].filter((part) => part !== undefined).join(' '),
        },
        {
          title: t('effects.duration'),
          align: 'right',
          render: ({ durationMs }) =>
            durationMs === undefined ? (
              '—'
            ) : (
              <span className="tabular">{t('effects.ms', { ms: durationMs })}</span>
            ),
        },
      ]}
    />
  );
}
