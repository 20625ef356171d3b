import type { RefundRow } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Bilingual } from '../../ui/bilingual.tsx';

/** Who: one of the staff by name, a buyer as the buyer. */
export function PersonName({ person: { kind, name } }: { person: RefundRow['requestedBy'] }) {
  const t = useWords();
  if (kind === 'operator') return <Bilingual text={name} />;
  return <>{t(`person.${kind}`)}</>;
}
