import { useWords } from '../../i18n/language.tsx';
import { WORDS, type WordKey } from '../../i18n/words.ts';

/** Kinds are open: one without words shows its own name. */
export function KindName({ kind }: { kind: string }) {
  const t = useWords();
  const key = `effects.${kind}`;
  return <>{key in WORDS ? t(key as WordKey) : kind}</>;
}
