import { Tooltip } from 'antd';
import { useSpeech, type Language } from '../i18n/language.tsx';

const BEIJING = 'Asia/Shanghai';
const full = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: BEIJING });

/** `2026-11-21 18:03:22` at UTC+8, whatever the clock of this device says. */
export function beijingTime(at: string | Date): string {
  return full.format(new Date(at));
}

/** `2026-11-21` at UTC+8. */
export function beijingDay(at: string | Date): string {
  return beijingTime(at).slice(0, 10);
}

export function Time({ at }: { at: string }) {
  const text = beijingTime(at);
  const thisYear = text.startsWith(beijingTime(new Date()).slice(0, 5));
  return (
    <time dateTime={at} title={`${text} UTC+8`} className="time">
      {thisYear ? text.slice(5, 16) : text.slice(0, 16)}
    </time>
  );
}

/** How long ago, or until when; the exact time beside it on demand. */
export function Age({ at }: { at: string }) {
  const { language } = useSpeech();
  return (
    <Tooltip title={`${beijingTime(at)} UTC+8`}>
      <time dateTime={at}>{distance(new Date(at).getTime() - new Date().getTime(), language)}</time>
    </Tooltip>
  );
}

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

function distance(ms: number, language: Language): string {
  const [unit, length] = STEPS.find(([, each]) => Math.abs(ms) >= each) ?? ['second', 1000];
  const format = new Intl.RelativeTimeFormat(language === 'zh' ? 'zh-CN' : 'en', { numeric: 'always' });
  return format.format(Math.trunc(ms / length), unit);
}
