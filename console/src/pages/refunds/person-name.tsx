import type { RefundRow } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Bilingual } from '../../ui/bilingual.tsx';

/** Who: a name where the shop may know it, and in which part he acts. */
export function PersonName({ person: { kind, name } }: { person: RefundRow['requestedBy'] }) {
  const t = useWords();
  if (kind === 'operator')
    return (
      <>
        <Bilingual text={name} /> <span className="muted">{t('person.operator')}</span>
      </>
    );
  return <>{t(`person.${kind}`)}</>;
}
