import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, date, integer, oneof, property, string } from 'fast-check';
import { isTemplateValue } from '../../simulator/mini-program/template-value.js';
import { toFen } from '../../src/common/fen.js';
import { KEYWORD_KINDS, type KeywordKind } from '../../src/config/message-template.js';
import { keywordValue, type SourceValue } from '../../src/fulfilment/message/keyword-value.js';

const anyText = oneof(
  string({ maxLength: 80 }),
  string({ unit: 'binary', maxLength: 80 }),
  string({
    unit: constantFrom('手', '冲', '咖', 'a', 'Z', '7', '-', '…', '👩‍🍳', '\n', ' ', '¥'),
    maxLength: 80,
  }),
).map((text): SourceValue => ({ text }));
const anyFen = integer({ min: 0, max: 1_000_000_000 }).map((fen): SourceValue => ({ fen: toFen(fen) }));
const anyTime = date({
  min: new Date('2020-01-01'),
  max: new Date('2099-12-31'),
  noInvalidDate: true,
}).map((at): SourceValue => ({ at }));

describe('the value of a keyword', () => {
  it.each(KEYWORD_KINDS)('%s is always one that WeChat takes, whatever the shop has to say', (kind) => {
    const source = kind === 'amount' ? anyFen : kind === 'time' || kind === 'date' ? anyTime : anyText;
    assert(
      property(source, (value) => {
        expect([
          kind,
          keywordValue(kind, value),
          isTemplateValue(`${kind}1`, keywordValue(kind, value)),
        ]).toEqual([kind, expect.any(String), true]);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[KeywordKind, SourceValue, string]>([
    ['thing', { text: '手冲咖啡豆 250g' }, '手冲咖啡豆 250g'],
    [
      'thing',
      { text: '一二三四五六七八九十一二三四五六七八九十' },
      '一二三四五六七八九十一二三四五六七八九十',
    ],
    [
      'thing',
      { text: '一二三四五六七八九十一二三四五六七八九十一' },
      '一二三四五六七八九十一二三四五六七八九…',
    ],
    ['thing', { text: '第一行\n第二行' }, '第一行 第二行'],
    ['thing', { text: '' }, '无'],
    ['thing', { fen: toFen(1990) }, '¥19.90'],
    ['number', { fen: toFen(1990) }, '19.90'],
    ['amount', { fen: toFen(5) }, '¥0.05'],
    ['amount', { fen: toFen(1_000_000_000) }, '¥10000000.00'],
    ['character_string', { text: '20261121200500 咖啡' }, '20261121200500'],
    ['time', { at: new Date('2026-11-21T12:05:59Z') }, '2026年11月21日 20:05'],
    ['date', { at: new Date('2026-11-21T16:00:00Z') }, '2026年11月22日'],
    ['phrase', { text: '审核通过' }, '审核通过'],
    ['name', { text: '张三 Zhang San' }, '张三'],
    ['name', { text: 'Zhang San' }, 'Zhang San'],
    ['phone_number', { text: '+86 189 1234 1234' }, '+8618912341234'],
  ])('%s of %j is %p', (kind, value, expected) => {
    expect(keywordValue(kind, value)).toBe(expected);
  });
});
