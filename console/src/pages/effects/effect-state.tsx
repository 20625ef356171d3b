import type { Effect } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { StatusTag, Tag } from '../../ui/status-tag.tsx';

/** One that waits for its first try is well; one that waits for another has failed before. */
export function EffectState({
  effect: { status, attempts },
}: {
  effect: Pick<Effect, 'status' | 'attempts'>;
}) {
  const t = useWords();
  if (status === 'PENDING' && attempts > 1) return <Tag tone="attention">{t('effects.retrying')}</Tag>;
  return <StatusTag kind="effect" value={status} />;
}
