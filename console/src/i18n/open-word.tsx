import { useWords } from './language.tsx';
import { WORDS, type WordKey } from './words.ts';

/** A name out of an open set (kinds, actions): its words where there are some, the name itself otherwise. */
export function OpenWord({ prefix, name }: { prefix: 'action' | 'effects' | 'movement' | 'settings.group'; name: string }) {
  const t = useWords();
  const key = `${prefix}.${name}`;
  return key in WORDS ? <span title={name}>{t(key as WordKey)}</span> : <code>{name}</code>;
}
