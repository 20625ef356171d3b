import { useSpeech } from '../i18n/language.tsx';

/** Up to the last Chinese character or its punctuation, then a space and the same in English. */
const BOTH = /^(.*[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]\S*)\s+([A-Za-z].*)$/s;

/** Words of the service that come in both languages at once: the reader's own, and the other smaller beside it. */
export function Bilingual({ text }: { text: string }) {
  const { language } = useSpeech();
  const [, chinese, english] = BOTH.exec(text) ?? [];
  if (chinese === undefined || english === undefined) return <>{text}</>;
  const words = [
    { lang: 'zh-CN', text: chinese },
    { lang: 'en', text: english },
  ] as const;
  const [own, other] = language === 'zh' ? words : ([words[1], words[0]] as const);
  return (
    <>
      <span lang={own.lang}>{own.text}</span>{' '}
      <span lang={other.lang} className="other-language">
        {other.text}
      </span>
    </>
  );
}
