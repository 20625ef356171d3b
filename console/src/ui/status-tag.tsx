import { useWords } from '../i18n/language.tsx';

export type Tone = 'good' | 'busy' | 'attention' | 'bad' | 'quiet';

/** What a state means to a merchant: done, under way, wants a person, wrong, of no concern any more. */
const TONES = {
  order: {
    PENDING_PAYMENT: 'busy',
    PAID: 'attention',
    SHIPPED: 'busy',
    COMPLETED: 'good',
    CLOSED: 'quiet',
  },
  refundShare: { NONE: 'quiet', PARTIAL: 'attention', FULL: 'quiet' },
  payment: { CREATED: 'busy', PREPAID: 'busy', SUCCESS: 'good', CLOSED: 'quiet', FAILED: 'bad' },
  refund: {
    REQUESTED: 'attention',
    APPROVED: 'busy',
    PROCESSING: 'busy',
    SUCCESS: 'good',
    ABNORMAL: 'bad',
    FAILED: 'bad',
    REJECTED: 'quiet',
    WITHDRAWN: 'quiet',
    CLOSED: 'quiet',
  },
  suspense: { OPEN: 'attention', RETURNING: 'busy', RETURNED: 'good', ACCEPTED: 'quiet' },
  reconciliation: { WAITING: 'busy', RUNNING: 'busy', DONE: 'good', FAILED: 'bad' },
  difference: { WAITING: 'busy', OPEN: 'bad', RESOLVED: 'good', CLEARED: 'quiet' },
  effect: { PENDING: 'busy', DONE: 'good', REFUSED: 'attention', DEAD: 'bad' },
  job: {
    waiting: 'busy',
    active: 'busy',
    retrying: 'attention',
    failed: 'bad',
    completed: 'good',
    cancelled: 'quiet',
  },
  verdict: {
    SETTLED: 'good',
    CONCLUDED: 'good',
    ANSWERED: 'good',
    DUPLICATE: 'quiet',
    NOTED: 'quiet',
    IGNORED: 'quiet',
    PROBE: 'quiet',
    NOT_PAID: 'quiet',
    LATE: 'attention',
    DOUBLE: 'attention',
    WRONG_AMOUNT: 'attention',
    UNKNOWN_ORDER: 'attention',
    UNKNOWN_REFUND: 'attention',
    UNCONFIRMED: 'attention',
    FOREIGN: 'bad',
    FORGED: 'bad',
    MALFORMED: 'bad',
  },
} as const satisfies Record<string, Record<string, Tone>>;

type Tones = typeof TONES;
export type StatusKind = keyof Tones;
/** `order.PAID` and so on: what has a colour above needs words as well. */
type StateWord = { [Kind in StatusKind]: `${Kind}.${keyof Tones[Kind] & string}` }[StatusKind];

export function toneOf<Kind extends StatusKind>(kind: Kind, value: keyof Tones[Kind]): Tone {
  return TONES[kind][value] as Tone;
}

/** A state in words and colour; the same everywhere. */
export function StatusTag<Kind extends StatusKind>({
  kind,
  value,
}: {
  kind: Kind;
  value: keyof Tones[Kind] & string;
}) {
  const t = useWords();
  // The compiler cannot tell which kind it is; `t` takes the key only while every state of every kind has words.
  const key = `${kind}.${value}` as StateWord;
  return <Tag tone={toneOf(kind, value)}>{t(key)}</Tag>;
}

export function Tag({ tone, children }: { tone: Tone; children: React.ReactNode }) {
  return <span className={`tag tag-${tone}`}>{children}</span>;
}
