import { useWords, type Say } from './language.tsx';
import { WORDS, type WordKey } from './words.ts';

type Prefix = 'action' | 'subject' | 'effects' | 'movement' | 'settings.group';

/** A name out of an open set (kinds, actions): its words where there are some, the name itself otherwise. */
export function openWord(t: Say, prefix: Prefix, name: string): string {
  const key = `${prefix}.${name}`;
  return key in WORDS ? t(key as WordKey) : name;
}

export function OpenWord({ prefix, name }: { prefix: Prefix; name: string }) {
  return <span title={name}>{openWord(useWords(), prefix, name)}</span>;
}
