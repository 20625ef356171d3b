import { ConfigProvider, App as AntdApp } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useSpeech } from './i18n/language.tsx';
import { paint, themeOf, type Scheme } from './theme.ts';

const STORED_AS = 'console.scheme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');

interface SchemeState {
  scheme: Scheme;
  toggle: () => void;
}

const SchemeContext = createContext<SchemeState>({ scheme: 'light', toggle: () => undefined });

export function useScheme(): SchemeState {
  return useContext(SchemeContext);
}

/** Light or dark as the system says, unless the reader chose on this device; and the components' own language. */
export function SchemeProvider({ children }: { children: ReactNode }) {
  const { language } = useSpeech();
  const [system, setSystem] = useState<Scheme>(dark.matches ? 'dark' : 'light');
  const [chosen, setChosen] = useState<Scheme | null>(() => storedScheme());
  useEffect(() => {
    const follow = () => setSystem(dark.matches ? 'dark' : 'light');
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, []);
  const scheme = chosen ?? system;
  useEffect(() => paint(scheme), [scheme]);
  dayjs.locale(language === 'zh' ? 'zh-cn' : 'en');
  const state = useMemo<SchemeState>(
    () => ({
      scheme,
      toggle: () => {
        const next = scheme === 'dark' ? 'light' : 'dark';
        localStorage.setItem(STORED_AS, next);
        setChosen(next);
      },
    }),
    [scheme],
  );
  const theme = useMemo(() => themeOf(scheme), [scheme]);
  return (
    <SchemeContext value={state}>
      <ConfigProvider
        theme={theme}
        locale={language === 'zh' ? zhCN : enUS}
        button={{ autoInsertSpace: false }}
      >
        <AntdApp notification={{ maxCount: 4 }}>{children}</AntdApp>
      </ConfigProvider>
    </SchemeContext>
  );
}

function storedScheme(): Scheme | null {
  const stored = localStorage.getItem(STORED_AS);
  return stored === 'light' || stored === 'dark' ? stored : null;
}
