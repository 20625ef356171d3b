import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveFen, refundableFen } from '../src/pages/orders/refundable.ts';
import { formatFen, formatMilliFen, parseYuan, yuanText } from '../src/ui/fen.ts';

test('fen are written as yuan without a float in between', () => {
  for (const [fen, words] of [
    [0, '¥0.00'],
    [1, '¥0.01'],
    [100, '¥1.00'],
    [123456, '¥1,234.56'],
    [-5, '−¥0.05'],
    [100_000_000_07, '¥100,000,000.07'],
    [Number.MAX_SAFE_INTEGER, '¥90,071,992,547,409.91'],
  ] as const)
    assert.equal(formatFen(fen), words);
});

test('fees keep the thousandths of a fen that count', () => {
  assert.equal(formatMilliFen(243_000), '¥2.43');
  assert.equal(formatMilliFen(1_234), '¥0.01234');
  assert.equal(formatMilliFen(-60), '−¥0.0006');
});

test('what a person types becomes fen, or nothing', () => {
  for (const [text, fen] of [
    ['12', 1200],
    ['12.3', 1230],
    ['12.34', 1234],
    [' 0.01 ', 1],
    ['1.005', undefined],
    ['1e2', undefined],
    ['-1', undefined],
    ['1,234', undefined],
    ['', undefined],
  ] as const)
    assert.equal(parseYuan(text), fen, text);
});

test('every amount survives being typed again', () => {
  for (let fen = 0; fen < 20_000; fen += 7) assert.equal(parseYuan(yuanText(fen)), fen);
});

test('a refund that failed or was refused gives its amount back to what is refundable', () => {
  const refunds = [
    { status: 'REQUESTED', purpose: 'ORDER', amountFen: 100 },
    { status: 'ABNORMAL', purpose: 'ORDER', amountFen: 20 },
    { status: 'FAILED', purpose: 'ORDER', amountFen: 3000 },
    { status: 'REJECTED', purpose: 'ORDER', amountFen: 4000 },
    { status: 'SUCCESS', purpose: 'SUSPENSE', amountFen: 5000 },
  ] as const;
  assert.equal(liveFen(refunds), 120);
  assert.equal(refundableFen({ paidFen: 1000, refunds: [...refunds] as never }), 880);
});
