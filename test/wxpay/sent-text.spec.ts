import { expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { writeXml } from '../../src/common/xml.js';
import { sentText } from '../../src/wxpay/sent-text.js';
import { readXml as readAtWeChat } from '../../simulator/v2/xml.js';

it.each([
  ['茶 & <糖> "半糖" 😀', '茶 & <糖> "半糖" 😀'],
  ['a\u0000b\u0008c\u001fd\u007fe\u0085f', 'a b c d e f'],
  ['two\r\nlines\rthree\nfour\tfive', 'two lines three four five'],
  ['a\uFFFEb\uFFFFc', 'abc'],
  ['half a pair \ud83d and \ude00', 'half a pair  and '],
])('%j is sent as %j', (text, sent) => expect(sentText(text)).toBe(sent));

it('whatever it is, a parser reads it back unchanged, and it is no longer than before', () => {
  const texts = string({ unit: 'binary', maxLength: 60 });
  assert(
    property(texts, (text) => {
      const sent = sentText(text);
      const xml = Buffer.from(writeXml(new Map([['a', sent]])));
      expect(readAtWeChat(xml)).toEqual({ a: sent });
      expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(Buffer.byteLength(text));
    }),
  );
});
