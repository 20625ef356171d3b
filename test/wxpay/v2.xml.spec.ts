import { describe, expect, it } from '@jest/globals';
import {
  array,
  assert,
  boolean,
  constantFrom,
  dictionary,
  nat,
  oneof,
  property,
  record,
  string,
  stringMatching,
  uniqueArray,
} from 'fast-check';
import { Transformer } from 'wechatpay-axios-plugin';
import { MAX_XML_BYTES, readXmlTree, UnreadableXml, writeXml } from '../../src/common/xml.js';
import { readXml } from '../../src/wxpay/v2/v2.xml.js';

const read = (text: string | Buffer, root?: string): Record<string, string> =>
  Object.fromEntries(readXml(Buffer.from(text), root));

const FORBIDDEN = /^(constructor|prototype|toString|valueOf|hasOwnProperty)$/;
const names = stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,15}$/).filter((name) => !FORBIDDEN.test(name));

describe('reading', () => {
  it.each<[string, string, Record<string, string>]>([
    ['CDATA and plain text', '<xml><a><![CDATA[1]]></a><b>2</b></xml>', { a: '1', b: '2' }],
    [
      'a declaration and white space',
      '<?xml version="1.0" encoding="UTF-8"?>\n<xml>\n <a>1</a>\n</xml>\n',
      { a: '1' },
    ],
    ['a byte order mark', '\uFEFF<xml><a>1</a></xml>', { a: '1' }],
    ['empty fields', '<xml><a></a><b/><c><![CDATA[]]></c></xml>', { a: '', b: '', c: '' }],
    [
      'the five entities and character references',
      '<xml><a>&lt;&gt;&amp;&quot;&apos;&#20013;&#x4e2d;</a></xml>',
      { a: '<>&"\'中中' },
    ],
    ['markup inside CDATA', '<xml><a><![CDATA[<b>&amp;</b>]]></a></xml>', { a: '<b>&amp;</b>' }],
    ['CDATA in pieces', '<xml><a><![CDATA[x]]]]><![CDATA[>y]]></a></xml>', { a: 'x]]>y' }],
    ['white space inside values', '<xml><a> x </a><b><![CDATA[ \n]]></b></xml>', { a: ' x ', b: ' \n' }],
    [
      'numbers as they are written',
      '<xml><a>0001</a><b>1.0</b><c>1e3</c></xml>',
      { a: '0001', b: '1.0', c: '1e3' },
    ],
    ['characters beyond the first plane', '<xml><a>😀</a></xml>', { a: '😀' }],
  ])('%s', (_, text, expected) => expect(read(text)).toEqual(expected));

  it('the root of a decrypted refund notification', () => {
    expect(read('<root><a>1</a></root>', 'root')).toEqual({ a: '1' });
    expect(() => read('<xml><a>1</a></xml>', 'root')).toThrow(UnreadableXml);
  });
});

describe('writing and reading', () => {
  it('gives back any message', () => {
    const messages = dictionary(names, string({ unit: 'binary', maxLength: 60 }), {
      minKeys: 1,
      maxKeys: 20,
      noNullPrototype: true,
    });
    assert(
      property(messages, (fields) => expect(read(writeXml(new Map(Object.entries(fields))))).toEqual(fields)),
      { numRuns: 500 },
    );
  });

  it('gives back what looks like markup', () => {
    for (const value of [
      ']]>',
      ']]',
      '<![CDATA[',
      ']]>]]>',
      '</xml>',
      '&amp;',
      '<!DOCTYPE a>',
      '\r\n',
      '<?xml?>',
    ]) {
      expect(read(writeXml(new Map([['a', value]])))).toEqual({ a: value });
    }
  });

  const ordinary = string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter(
    (value) => value === value.trim() && value !== '' && !value.includes(']]>') && !value.includes('&'),
  );
  const ordinaryMessages = dictionary(names, ordinary, { minKeys: 1, maxKeys: 10, noNullPrototype: true });

  it('is read by an independent library', () => {
    assert(
      property(ordinaryMessages, (fields) =>
        expect(Transformer.toObject(writeXml(new Map(Object.entries(fields))))).toEqual(fields),
      ),
      { numRuns: 200 },
    );
  });

  it('reads what an independent library has written', () => {
    assert(
      property(ordinaryMessages, (fields) => expect(read(Transformer.toXml(fields))).toEqual(fields)),
      { numRuns: 200 },
    );
  });
});

/** What xml2js, behind the boundary of common/xml.ts, makes of the same bytes; undefined when it refuses them. */
function oracle(text: string): Record<string, unknown> | undefined {
  try {
    return { ...readXmlTree(Buffer.from(text), 'xml', 1) };
  } catch (error) {
    if (error instanceof UnreadableXml) return undefined;
    throw error;
  }
}

describe('beside xml2js', () => {
  const blank = stringMatching(/^[ \t\r\n]{0,3}$/);
  const plain = string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[<&]/.test(text));
  const reference = constantFrom(
    '&lt;',
    '&gt;',
    '&amp;',
    '&quot;',
    '&apos;',
    '&#20013;',
    '&#x4e2d;',
    '&#X1F600;',
  );
  const quoted = string({ unit: 'grapheme', maxLength: 20 })
    .filter((text) => !text.includes(']]>'))
    .map((text) => `<![CDATA[${text}]]>`);
  const content = array(oneof(plain, blank, reference, quoted), { maxLength: 4 }).map((parts) =>
    parts.join(''),
  );
  const field = record({ name: names, content, empty: boolean(), inside: blank, after: blank }).map(
    ({ name, content, empty, inside, after }) => ({
      name,
      text: (empty ? `<${name}${inside}/>` : `<${name}${inside}>${content}</${name}${inside}>`) + after,
    }),
  );
  const prolog = constantFrom(
    '',
    '<?xml version="1.0"?>',
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '\uFEFF',
    ' \n',
  );
  const document = record({
    prolog,
    fields: uniqueArray(field, { selector: ({ name }) => name, minLength: 1, maxLength: 12 }),
    blank,
  }).map(
    ({ prolog, fields, blank }) =>
      `${prolog}<xml>${blank}${fields.map(({ text }) => text).join('')}</xml>${blank}`,
  );

  it('every document of WeChat’s form has the same fields with the same values', () => {
    assert(
      property(document, (text) => {
        const expected = oracle(text);
        expect(expected).toBeDefined();
        expect(read(text)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('a reference is read to the same character, or refused, whatever its number', () => {
    const edges = constantFrom(
      0,
      8,
      9,
      10,
      11,
      13,
      31,
      32,
      0xd7ff,
      0xd800,
      0xdfff,
      0xe000,
      0xfffd,
      0xfffe,
      0x10000,
    );
    const code = oneof(edges, nat(0x1f), nat(0xffff), nat(0x11ffff));
    assert(
      property(code, boolean(), (code, decimal) => {
        const text = `<xml><a>&#${decimal ? String(code) : `x${code.toString(16)}`};</a></xml>`;
        const expected = oracle(text);
        if (expected === undefined) expect(() => read(text)).toThrow(UnreadableXml);
        else expect(read(text)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('nothing is read that xml2js refuses, and nothing otherwise, whatever is done to a document', () => {
    const pieces = oneof(
      string({ unit: 'binary-ascii', maxLength: 3 }),
      constantFrom(
        '<',
        '</',
        '/>',
        '>',
        '&',
        ']]>',
        '<![CDATA[',
        '<!--',
        '<?',
        '<a>',
        '</a>',
        '</xml>',
        '<xml>',
        '&#;',
      ),
    );
    assert(
      property(document, nat(), nat(3), pieces, (text, place, removed, added) => {
        const at = place % text.length;
        const damaged = text.slice(0, at) + added + text.slice(at + removed);
        let fields: Record<string, string>;
        try {
          fields = read(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableXml);
          return;
        }
        expect(fields).toEqual(oracle(damaged));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a hostile document', () => {
  const MEGABYTE = MAX_XML_BYTES - 64;
  const flood = (unit: string): string => unit.repeat(Math.floor(MEGABYTE / unit.length));
  const laughs = ['<!DOCTYPE lolz [<!ENTITY lol "lol">'];
  for (let level = 1; level < 10; level++)
    laughs.push(`<!ENTITY lol${level} "${`&lol${level - 1};`.repeat(10)}">`);

  const documents: [string, string | Buffer][] = [
    ['nothing', ''],
    ['white space only', flood(' ')],
    ['no XML', 'return_code=SUCCESS'],
    ['JSON', '{"xml":{"a":"1"}}'],
    ['a document type', '<!DOCTYPE xml><xml><a>1</a></xml>'],
    ['a document type in small letters', '<!doctype xml><xml><a>1</a></xml>'],
    [
      'a document type after the declaration',
      '<?xml version="1.0"?>\n<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml><a>1</a></xml>',
    ],
    ['a document type inside the root', '<xml><!DOCTYPE a><a>1</a></xml>'],
    ['an entity', '<!DOCTYPE xml [<!ENTITY a "1">]><xml><a>&a;</a></xml>'],
    ['an entity without a document type', '<!ENTITY a "1"><xml><a>&a;</a></xml>'],
    [
      'an external entity',
      '<!DOCTYPE r [<!ELEMENT r ANY><!ENTITY x SYSTEM "file:///etc/passwd">]><xml><attach>&x;</attach></xml>',
    ],
    [
      'a parameter entity',
      '<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><xml><a>1</a></xml>',
    ],
    ['a billion laughs', `${laughs.join('')}]><xml><a>&lol9;</a></xml>`],
    [
      'a quadratic entity',
      `<!DOCTYPE r [<!ENTITY a "${'a'.repeat(100_000)}">]><xml><a>${'&a;'.repeat(100_000)}</a></xml>`,
    ],
    ['an unknown entity', '<xml><a>&secret;</a></xml>'],
    ['unknown entities without end', `<xml><a>${flood('&a;')}</a></xml>`],
    ['ampersands without end', `<xml><a>${flood('&')}</a></xml>`],
    ['a comment', '<xml><!-- a --><a>1</a></xml>'],
    ['a comment before the root', '<!-- a --><xml><a>1</a></xml>'],
    ['comments without end', `<xml>${flood('<!--')}`],
    ['a processing instruction', '<xml><?php echo 1 ?><a>1</a></xml>'],
    ['a style sheet', '<?xml version="1.0"?><?xml-stylesheet href="x"?><xml><a>1</a></xml>'],
    ['a declaration that never ends', `<?xml ${flood(' ')}`],
    ['declarations without end', flood('<?xml ')],
    ['nested fields', '<xml><a><b>1</b></a></xml>'],
    ['a list of fields', '<xml><a><b>1</b><b>2</b></a></xml>'],
    ['deep nesting', `<xml>${flood('<a>')}`],
    ['deep nesting that is closed again', `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`],
    ['a field twice', '<xml><total_fee>1</total_fee><total_fee>2</total_fee></xml>'],
    ['a field twice, once empty', '<xml><total_fee/><total_fee>2</total_fee></xml>'],
    [
      '501 fields',
      `<xml>${Array.from({ length: 501 }, (_, index) => `<f${index}>1</f${index}>`).join('')}</xml>`,
    ],
    ['empty fields without end', `<xml>${flood('<a/>')}</xml>`],
    ['the field __proto__', '<xml><__proto__>1</__proto__></xml>'],
    ['the field constructor', '<xml><constructor>1</constructor></xml>'],
    ['the field prototype', '<xml><prototype>1</prototype></xml>'],
    ['the field toString', '<xml><toString>1</toString></xml>'],
    ['a field with a namespace', '<xml><a:b>1</a:b></xml>'],
    ['a field with a dash', '<xml><a-b>1</a-b></xml>'],
    ['a field in Chinese', '<xml><金额>1</金额></xml>'],
    ['text beside fields', '<xml>text<a>1</a></xml>'],
    ['another root', '<html><a>1</a></html>'],
    ['a root in capitals', '<XML><a>1</a></XML>'],
    ['a root without fields', '<xml></xml>'],
    ['a root of text', '<xml>1</xml>'],
    ['a second root', '<xml><a>1</a></xml><xml><a>2</a></xml>'],
    ['junk after the root', '<xml><a>1</a></xml>junk'],
    ['junk before the root', 'junk<xml><a>1</a></xml>'],
    ['a closing tag after the root', '<xml><a>1</a></xml></xml>'],
    ['tags that cross', '<xml><a><b></a></b></xml>'],
    ['an end in the middle', '<xml><a>1</a>'],
    ['an end inside a tag', '<xml><a'],
    ['opening brackets without end', flood('<')],
    ['closing tags without end', `<xml>${flood('</a>')}`],
    ['a CDATA section that never ends', `<xml><a><![CDATA[${flood('a')}`],
    ['CDATA sections that never end', `<xml><a>${flood('<![CDATA[')}`],
    ['brackets without end', `<xml><a><![CDATA[${flood(']]')}`],
    ['one attribute of a megabyte', `<xml><a b="${flood('x')}">1</a></xml>`],
    ['one name of a megabyte', `<xml><${flood('a')}>1</a></xml>`],
    ['the declared charset GBK', '<?xml version="1.0" encoding="GBK"?><xml><a>1</a></xml>'],
    ['the declared charset gb2312', "<?xml version='1.0' encoding='gb2312'?><xml><a>1</a></xml>"],
    ['the declared charset UTF-16', '<?xml version="1.0" encoding="utf-16"?><xml><a>1</a></xml>'],
    ['bytes of GBK', Buffer.from('<xml><a>\xd6\xd0\xb9\xfa</a></xml>', 'latin1')],
    ['bytes of UTF-16', Buffer.from('\uFEFF<xml><a>1</a></xml>', 'utf16le')],
    ['a broken character', Buffer.from('<xml><a>\xe4\xb8</a></xml>', 'latin1')],
    ['an overlong character', Buffer.from('<xml><a>\xc0\xbc</a></xml>', 'latin1')],
    ['a character reference beyond Unicode', '<xml><a>&#x110000;</a></xml>'],
    ['one byte more than a megabyte', Buffer.alloc(MAX_XML_BYTES + 1, 'a')],
  ];

  it.each(documents)('%s is refused, quickly', (_, document) => {
    const bytes = Buffer.from(document);
    let fastest = Infinity;
    for (let run = 0; run < 3; run++) {
      const start = performance.now();
      expect(() => readXml(bytes)).toThrow(UnreadableXml);
      fastest = Math.min(fastest, performance.now() - start);
    }
    expect(fastest).toBeLessThan(400);
    expect(Object.prototype).not.toHaveProperty('a');
  });

  it('refusals name the reason and never quote the document', () => {
    for (const [, document] of documents) {
      try {
        readXml(Buffer.from(document));
      } catch (error) {
        expect((error as Error).message.length).toBeLessThan(80);
        expect((error as Error).message).not.toContain('passwd');
      }
    }
  });

  it('a value of nearly a megabyte is read, quickly', () => {
    const bytes = Buffer.from(`<xml><attach>${'茶'.repeat(340_000)}</attach></xml>`);
    let fastest = Infinity;
    for (let run = 0; run < 3; run++) {
      const start = performance.now();
      expect(readXml(bytes).get('attach')).toHaveLength(340_000);
      fastest = Math.min(fastest, performance.now() - start);
    }
    expect(fastest).toBeLessThan(600);
  });
});
