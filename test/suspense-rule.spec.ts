import { describe, expect, it } from '@jest/globals';
import { returnsByItself, type SettlementVerdict } from '../src/payment/settlement.js';

const CHOICES = ['return', 'hold'] as const;
const NEVER: SettlementVerdict[] = ['WRONG_AMOUNT', 'UNKNOWN_ORDER', 'SETTLED', 'DUPLICATE', 'FOREIGN'];

describe.each(CHOICES.flatMap((late) => CHOICES.map((double) => ({ late, double }))))(
  'SUSPENSE_LATE=$late SUSPENSE_DOUBLE=$double',
  (suspense) => {
    it('decide each for its own kind', () => {
      expect(returnsByItself('LATE', { suspense })).toBe(suspense.late === 'return');
      expect(returnsByItself('DOUBLE', { suspense })).toBe(suspense.double === 'return');
    });

    it.each(NEVER)('never return %s without a person', (verdict) =>
      expect(returnsByItself(verdict, { suspense })).toBe(false),
    );
  },
);
