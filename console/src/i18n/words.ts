import { actionWords } from './words/actions.ts';
import { commonWords } from './words/common.ts';
import { catalogueWords } from './words/catalogue.ts';
import { differenceWords } from './words/differences.ts';
import { eventWords } from './words/events.ts';
import { operationsWords } from './words/operations.ts';
import { orderWords } from './words/orders.ts';
import { overviewWords } from './words/overview.ts';
import { problemWords } from './words/problems.ts';
import { reconciliationWords } from './words/reconciliation.ts';
import { refundWords } from './words/refunds.ts';
import { staffWords } from './words/staff.ts';
import { suspenseWords } from './words/suspense.ts';

/** Every word of the console, each with both languages side by side, so that neither can be forgotten. */
export const WORDS = {
  ...actionWords,
  ...commonWords,
  ...catalogueWords,
  ...differenceWords,
  ...eventWords,
  ...operationsWords,
  ...orderWords,
  ...overviewWords,
  ...problemWords,
  ...reconciliationWords,
  ...refundWords,
  ...staffWords,
  ...suspenseWords,
};

export type WordKey = keyof typeof WORDS;
