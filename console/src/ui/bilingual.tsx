/** Up to the last Chinese character or its punctuation, then a space and the same in English. */
const BOTH = /^(.*[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef][^\s]*)\s+([A-Za-z].*)$/s;

/** Words of the service that come in both languages at once: Chinese, and the English smaller beneath it. */
export function Bilingual({ text }: { text: string }) {
  const [, chinese, english] = BOTH.exec(text) ?? [];
  if (chinese === undefined || english === undefined) return <>{text}</>;
  return (
    <>
      <span lang="zh-CN">{chinese}</span>{' '}
      <span lang="en" className="english">
        {english}
      </span>
    </>
  );
}
