import { useWords } from '../../i18n/language.tsx';
import { WORDS, type WordKey } from '../../i18n/words.ts';

/** An event in words; the name that other systems know it by beside it. */
export function EventName({ type }: { type: string | undefined }) {
  const t = useWords();
  const key = `event.${type}`;
  if (type === undefined) return <>—</>;
  return (
    <>
      {key in WORDS && `${t(key as WordKey)} `}
      <code className="muted">{type}</code>
    </>
  );
}
