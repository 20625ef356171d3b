import type { SuspenseItem } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Amount } from '../../ui/amount.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Raw } from '../../ui/raw.tsx';
import { beijingTime } from '../../ui/time.tsx';

/** API v3 writes ISO 8601, V2 `yyyyMMddHHmmss` at UTC+8. */
function time(text: string | undefined): string | undefined {
  if (text?.includes('T') === true) return beijingTime(text);
  return text?.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3 $4:$5:$6');
}

/** What WeChat said about the payment: the facts of any protocol by one name, and every field word for word. */
export function Evidence({ evidence }: Pick<SuspenseItem, 'evidence'>) {
  const t = useWords();
  const first = (...names: string[]) => names.map((name) => evidence[name]).find(Boolean);
  const amount = (...names: string[]) => {
    const fen = first(...names);
    return fen !== undefined && <Amount fen={Number(fen)} />;
  };
  return (
    <>
      <Facts
        items={[
          [t('evidence.total'), amount('amount.total', 'total_fee')],
          [t('evidence.payer_total'), amount('amount.payer_total', 'cash_fee')],
          [t('evidence.time'), time(first('success_time', 'time_end'))],
          [t('evidence.payer'), first('payer.openid', 'openid')],
          [t('evidence.bank'), first('bank_type')],
          [t('evidence.state'), first('trade_state_desc', 'trade_state', 'result_code')],
        ]}
      />
      <details className="evidence-raw">
        <summary>{t('suspense.raw')}</summary>
        <Raw value={evidence} />
      </details>
    </>
  );
}
