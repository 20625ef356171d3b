import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import {
  createContext,
  useContext,
  useEffect,
  useEffectEvent,
  useMemo,
  useState,
  type ReactNode,
} from 'react';
import { useNavigate } from 'react-router';
import { refreshScreen } from '../api/refresh.ts';
import { useWords } from '../i18n/language.tsx';
import { ME } from '../session/session.tsx';
import { formatFen } from '../ui/fen.ts';
import { announcementOf, type ShopEvent } from './announcement.ts';
import { follow } from './follow.ts';
import { chime } from './sound.ts';

const SOUND_STORED_AS = 'console.sound';
/** Time to walk there with the keyboard; whoever points at it stops the clock. */
const SHOWN_S = 15;
/** Events come in bursts: what is on the screen is read anew once in this time, however many there are. */
const SETTLE_MS = 500;

interface LiveState {
  connected: boolean;
  sound: boolean;
  toggleSound: () => void;
}

const LiveContext = createContext<LiveState>({
  connected: false,
  sound: false,
  toggleSound: () => undefined,
});

export function useLive(): LiveState {
  return useContext(LiveContext);
}

/** Keeps every page current: what happens in the shop is announced, and what is on the screen is read anew. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const t = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { notification } = App.useApp();
  const [connected, setConnected] = useState(false);
  const [sound, setSound] = useState(() => localStorage.getItem(SOUND_STORED_AS) === 'on');

  const announce = useEffectEvent((event: ShopEvent) => {
    const announcement = announcementOf(event);
    if (announcement === undefined) return;
    if (sound) chime();
    notification.open({
      key: event.id,
      title: t(announcement.title),
      description: [event.orderNo, event.amountFen === undefined ? undefined : formatFen(event.amountFen)]
        .filter((part) => part !== undefined)
        .join(' · '),
      placement: 'bottomRight',
      // For the keyboard: what presses it reaches `onClick` as well, like a click anywhere on the announcement.
      actions: <Button size="small">{t('live.open')}</Button>,
      duration: SHOWN_S,
      role: 'status',
      onClick: () => {
        notification.destroy(event.id);
        void navigate(announcement.to);
      },
    });
  });

  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refreshSoon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void refreshScreen(queries);
      }, SETTLE_MS);
    };
    let hasBeenConnected = false;
    void follow(ended.signal, {
      onEvent: ({ data }) => {
        announce(JSON.parse(data) as ShopEvent);
        refreshSoon();
      },
      onState: (now) => {
        setConnected(now);
        if (now && hasBeenConnected) refreshSoon();
        hasBeenConnected ||= now;
      },
      onRefused: () => void queries.invalidateQueries({ queryKey: ME }),
    });
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [queries]);

  const state = useMemo<LiveState>(
    () => ({
      connected,
      sound,
      toggleSound: () => {
        localStorage.setItem(SOUND_STORED_AS, sound ? 'off' : 'on');
        if (!sound) chime(); // heard at once, and the browser lets a page sound only after a click
        setSound(!sound);
      },
    }),
    [connected, sound],
  );
  return <LiveContext value={state}>{children}</LiveContext>;
}
