import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { WORDS, type WordKey } from './words.ts';

export type Language = 'zh' | 'en';

const STORED_AS = 'console.language';

/** Says a word in the language of the reader; `{name}` in it becomes `values.name`. */
export type Say = (key: WordKey, values?: Readonly<Record<string, string | number>>) => string;

interface Speech {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Say;
}

const SpeechContext = createContext<Speech | null>(null);

/** Chinese unless the reader chose English on this device. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() =>
    localStorage.getItem(STORED_AS) === 'en' ? 'en' : 'zh',
  );
  useEffect(() => {
    localStorage.setItem(STORED_AS, language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const speech = useMemo<Speech>(() => ({ language, setLanguage, t: sayIn(language) }), [language]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === null) throw new Error('useSpeech needs a LanguageProvider above it');
  return speech;
}

export function useWords(): Say {
  return useSpeech().t;
}

function sayIn(language: Language): Say {
  const column = language === 'zh' ? 0 : 1;
  return (key, values = {}) =>
    WORDS[key][column].replace(/\{(\w+)\}/g, (braced, name: string) => String(values[name] ?? braced));
}
