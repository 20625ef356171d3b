import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Difference } from '../../api/types.ts';
import { useWords, type Say } from '../../i18n/language.tsx';
import { WORDS, type WordKey } from '../../i18n/words.ts';
import { formatFen, formatMilliFen } from '../../ui/fen.ts';
import { beijingTime } from '../../ui/time.tsx';

type Side = Difference['ours'];
type Fact = string | number | null | undefined;

/** What people look at first comes first; the service's names for facts that a later version adds come last. */
const ORDER = [
  'amountFen',
  'settlementFen',
  'feeMilliFen',
  'bookedFeeFen',
  'state',
  'copies',
  'counted',
  'said',
];

/** WeChat's side and ours, fact by fact, or the only one there is. Red is what both sides say, and say differently. */
export function BothSides({ difference }: { difference: Difference }) {
  const t = useWords();
  const { ours, theirs } = difference;
  return (
    <table className="sides">
      <thead>
        <tr>
          <th scope="col">{t('reconciliation.field')}</th>
          {theirs !== undefined && <th scope="col">{t('reconciliation.bill')}</th>}
          {ours !== undefined && <th scope="col">{t('reconciliation.ours')}</th>}
        </tr>
      </thead>
      <tbody>
        {fieldsOf(ours, theirs).map((field) => {
          const [there, here] = [theirs?.[field], ours?.[field]];
          const differs = there !== undefined && here !== undefined && there !== here;
          return (
            <tr key={field} className={differs ? 'differs' : undefined}>
              <th scope="row">{nameOf(field, t)}</th>
              {theirs !== undefined && <td>{shown(field, there, difference)}</td>}
              {ours !== undefined && <td>{shown(field, here, difference)}</td>}
            </tr>
          );
        })}
        <OurRecord difference={difference} />
      </tbody>
    </table>
  );
}

function placeOf(field: string): number {
  return ORDER.includes(field) ? ORDER.indexOf(field) : ORDER.length;
}

function fieldsOf(ours: Side, theirs: Side): string[] {
  return [...new Set([...Object.keys(theirs ?? {}), ...Object.keys(ours ?? {})])]
    .filter((field) => field !== 'id' && field !== 'kind')
    .sort((one, other) => placeOf(one) - placeOf(other));
}

function nameOf(field: string, t: Say): ReactNode {
  const key = `fact.${field}`;
  return key in WORDS ? t(key as WordKey) : <code>{field}</code>;
}

/** Amounts and times are told by their name; the figures of a sum by what is summed. */
function shown(field: string, value: Fact, { kind, number }: Difference): string {
  if (value === null || value === undefined) return '—';
  if (field === 'at') return beijingTime(String(value));
  const unit = kind === 'TOTALS' ? number : field;
  if (typeof value !== 'number') return value;
  if (unit.endsWith('MilliFen')) return formatMilliFen(value);
  return unit.endsWith('Fen') ? formatFen(value) : String(value);
}

/** Where in the console our side of it stands. */
function OurRecord({ difference: { ours, theirs, number } }: { difference: Difference }) {
  const t = useWords();
  const [kind, id] = [ours?.['kind'], ours?.['id']];
  if (typeof id !== 'string' || (kind !== 'payment' && kind !== 'refund' && kind !== 'suspense')) return null;
  const places = {
    payment: `/orders?q=${encodeURIComponent(String(ours?.['outTradeNo'] ?? number))}`,
    refund: `/refunds/${id}`,
    suspense: `/suspense/${id}`,
  };
  return (
    <tr>
      <th scope="row">{t('fact.record')}</th>
      {theirs !== undefined && <td>—</td>}
      <td>
        <Link to={places[kind]}>{t(`record.${kind}`)}</Link>
      </td>
    </tr>
  );
}
