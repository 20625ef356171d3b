import { useEffect, useState } from 'react';
import { useWords } from '../i18n/language.tsx';
import { useLive } from '../live/live.tsx';

/** A short break heals by itself and is nobody's business. */
const PATIENCE_MS = 6000;

/** Says that what is on the screen may be old. */
export function OfflineBanner() {
  const t = useWords();
  const { connected } = useLive();
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (connected) return;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [connected]);
  if (!late) return null;
  return (
    <div role="status" className="offline-banner">
      {t('layout.offline')}
    </div>
  );
}
