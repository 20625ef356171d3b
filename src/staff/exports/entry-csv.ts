import type { EntryView } from '../ledger/ledger.schema.js';
import { wordOf, type Column } from './csv.js';
import { ACCOUNT_WORDS, MOVEMENT_WORDS } from './state-words.js';

export const ENTRY_COLUMNS: readonly Column<EntryView>[] = [
  {
    head: { zh: '记账时间', en: 'booked at' },
    cell: ({ bookedAt }) => bookedAt.slice(0, 19).replace('T', ' '),
  },
  { head: { zh: '分录号', en: 'entry' }, cell: ({ id }) => id },
  { head: { zh: '凭证号', en: 'movement' }, cell: ({ movementId }) => movementId },
  {
    head: { zh: '业务类型', en: 'kind' },
    cell: ({ kind }, language) => wordOf(MOVEMENT_WORDS, kind, language),
  },
  { head: { zh: '科目', en: 'account' }, cell: ({ account }, language) => ACCOUNT_WORDS[account][language] },
  { head: { zh: '商户账户', en: 'merchant account' }, cell: ({ merchantAccount }) => merchantAccount },
  {
    head: { zh: '金额（元，借正贷负）', en: 'amount (yuan, debit positive)' },
    cell: ({ amountFen }) => ({ fen: amountFen }),
  },
  { head: { zh: '币种', en: 'currency' }, cell: ({ currency }) => currency },
  { head: { zh: '业务单据', en: 'subject' }, cell: ({ subjectId }) => subjectId },
];
