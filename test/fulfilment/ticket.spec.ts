import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toFen } from '../../src/common/fen.js';
import { feieContent } from '../../src/fulfilment/printer/feie.content.js';
import { columns, COLUMNS, pair, printable, wrap } from '../../src/fulfilment/printer/ticket-text.js';
import {
  orderTicket,
  withNotice,
  type TicketItem,
  type TicketOrder,
} from '../../src/fulfilment/printer/ticket.js';
import { wasTaken } from '../../src/fulfilment/printer/was-taken.js';

const order: TicketOrder = {
  orderNo: '202611212005001234567890',
  totalFen: toFen(17_970),
  discountFen: toFen(500),
  paidFen: toFen(17_470),
  paidAt: new Date('2026-11-21T12:05:00Z'),
  address: {
    name: '李雷',
    phone: '13800138000',
    province: '上海市',
    city: '上海市',
    district: '徐汇区',
    detail: '漕溪北路 1 号 3 楼',
  },
  attach: '不要辣 🌶 谢谢<CUT>',
};
const item = (name: string, quantity = 1, unitPriceFen = 1990): TicketItem => ({
  name,
  quantity,
  unitPriceFen: toFen(unitPriceFen),
});
const lines = (content: string): string[] =>
  content.split('<BR>').map((line) => line.replace(/<\/?[A-Z]+>/g, ''));

it('a ticket, 32 columns wide', () => {
  const items = [item('美式', 2, 990), item('埃塞俄比亚耶加雪菲手冲咖啡豆 250g', 8, 1999)];
  const content = feieContent(orderTicket('新订单', order, items));
  expect(content).toBe(
    [
      '<CB>新订单</CB>',
      '订单号 202611212005001234567890',
      '支付   2026-11-21 20:05:00',
      '--------------------------------',
      '商品               数量     金额',
      '--------------------------------',
      '美式                 x2    19.80',
      '埃塞俄比亚耶加雪菲手冲咖啡豆 250',
      'g',
      '                     x8   159.92',
      '--------------------------------',
      '共 10 件                  179.70',
      '优惠                       -5.00',
      '<B>实付      174.70</B>',
      '--------------------------------',
      '<B>李雷 13800138000</B>',
      '上海市徐汇区漕溪北路 1 号 3 楼',
      '备注 不要辣 ? 谢谢＜CUT＞',
      '<CUT>',
    ].join('<BR>'),
  );
});

describe('the text on it', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 120 });

  it('has only characters a GBK printer has, and none of its commands', () => {
    expect(printable('a\u0000\u200b\tb\n<BR>中😀')).toBe('a b ＜BR＞中?');
    expect(printable('a\t\u0000\tb')).toBe('a b');
    fc.assert(
      fc.property(anything, (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(/[<>\n\r]/);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });

  it('counts Chinese characters twice, and is cut between characters only', () => {
    expect([columns('中文abc'), columns('，。'), columns('abc')]).toEqual([7, 4, 3]);
    fc.assert(
      fc.property(anything, fc.integer({ min: 2, max: COLUMNS }), (text, width) => {
        const shown = printable(text);
        const cut = wrap(shown, width);
        expect(cut.join('')).toBe(shown);
        for (const line of cut) expect(columns(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('has sums at the right edge', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 1e9 }), (text, amount) => {
        const last = pair(printable(text), String(amount)).at(-1) ?? '';
        expect(columns(last)).toBe(COLUMNS);
        expect(last.endsWith(String(amount))).toBe(true);
      }),
    );
  });

  it('never passes 32 columns, large letters 16', () => {
    const wide = { ...order, attach: '长'.repeat(60) };
    const content = feieContent(orderTicket('补打小票', wide, [item('超'.repeat(64), 9999, 999_999_999)]));
    for (const line of content.split('<BR>')) {
      const large = line.startsWith('<B>') || line.startsWith('<CB>');
      expect(columns(lines(line).join(''))).toBeLessThanOrEqual(large ? COLUMNS / 2 : COLUMNS);
    }
  });
});

it('an order of a hundred products fits into what the cloud takes, and says what is missing', () => {
  const many = Array.from({ length: 100 }, (_, index) => item(`精选云南小粒咖啡豆礼盒装 ${index}`));
  const content = feieContent(withNotice(orderTicket('新订单', order, many), '注意'));
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(5000);
  expect(Buffer.byteLength(content)).toBeGreaterThan(4800);
  const shown = lines(content).filter((line) => line.startsWith('精选')).length;
  expect(lines(content)).toContain(`另有 ${100 - shown} 种商品未打印，请看后台`);
  expect(content).toContain('174.70');
});

describe('a ticket whose answer was lost', () => {
  it.each([
    [0, { certain: 0, possible: 0 }, 'no'],
    [1, { certain: 0, possible: 0 }, 'yes'],
    [2, { certain: 2, possible: 2 }, 'no'],
    [3, { certain: 2, possible: 2 }, 'yes'],
    [1, { certain: 0, possible: 1 }, 'unsure'],
    [2, { certain: 1, possible: 3 }, 'unsure'],
    [4, { certain: 1, possible: 3 }, 'yes'],
  ] as const)('after the count grew by %i, with others %j: %s', (growth, others, taken) => {
    expect(wasTaken(growth, others)).toBe(taken);
  });
});
