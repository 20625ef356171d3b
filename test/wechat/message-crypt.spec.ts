import { describe, expect, it } from '@jest/globals';
import { assert, base64String, property, string, uint8Array } from 'fast-check';
import {
  aesKeyOf,
  isSignedBy,
  messageSignature,
  openMessage,
  sealMessage,
  UnreadableCipher,
} from '../../src/wechat/message-crypt.js';

/** Published by WxJava (WxCryptUtilTest) and easywechat (EncryptorTest): protocol notes A.6. */
const KEY = aesKeyOf('abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG');
const SEALED = 'jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==';
const EASYWECHAT =
  'rTNFcsut4LfGuAFKEUVVpwcaCOTJzOd9twZdIW910jb3k+iicx2uvhttIZ3Qg9Qgty3BEF2xbOrz6boTfb30dMomcgrkTqdFPwnhqbk+kIQ7rZiwny9D7NUrTgA5kpX3KsZvrXzUZyP2x9YOlxbgm572lmxKvM7HAQQhIQ/p6HBmoY30bGXFK0BtIu1pW9TjhOYrLQoU18nWYjWqDA1ynkmOytpv7QRI1P1+0NoxL0q2zO1DgeSvnE8CZGo/o5Ap/WHK5W2RAsinpzN4/LjPnmB6U01I5XCoJoC0GK/yMZycd2Oh8Nq6+wBkC1U85oy0ktOY4nLvsQMLrourmMGdZHuTbqpeJ8Ao/5PRYJ+WBvRUwPfGKBL2+2IKZF49vAJqkcGWSHGE76ZN2erXeuNazf/o9o3lIE3q739o4c8t9QGPe31GT2Go/rOz1BsrASwvauNulCh+++yz+CQzBIuikA==';
/** The official sample of enterprise WeChat, which uses the same scheme. */
const ENTERPRISE =
  'RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==';

describe('WXBizMsgCrypt, published vectors', () => {
  it('seals what WxJava publishes, byte for byte', () => {
    const random = Buffer.from('aaaabbbbccccdddd');
    expect(sealMessage(KEY, '我是中文abcd123', 'wxb11529c136998cb6', random)).toBe(SEALED);
    const { message, appId } = openMessage(KEY, SEALED);
    expect([message.toString(), appId]).toEqual(['我是中文abcd123', 'wxb11529c136998cb6']);
  });

  it('opens and verifies what easywechat publishes', () => {
    const parts = ['pamtest', '1458300676', '260774613', EASYWECHAT];
    expect(messageSignature(parts)).toBe('4f3ad57b6989f09f4eb392acce4f9e93942ed890');
    const { message } = openMessage(KEY, EASYWECHAT);
    expect(message.toString()).toContain('<Content><![CDATA[hello]]></Content>');
  });

  it('opens and verifies the official enterprise sample', () => {
    const parts = ['QDG6eK', '1409659813', '1372623149', ENTERPRISE];
    expect(isSignedBy(parts, '477715d11cdb4164915debcba66cb864d751f3e6')).toBe(true);
    const opened = openMessage(aesKeyOf('jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'), ENTERPRISE);
    expect(opened.appId).toBe('wx5823bf96d3bd56c7');
  });
});

describe('WXBizMsgCrypt', () => {
  it('opens whatever it seals', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 200 }), (text) => {
        const { message, appId } = openMessage(KEY, sealMessage(KEY, text, 'wx0123456789abcdef'));
        expect([message.toString(), appId]).toEqual([Buffer.from(text).toString(), 'wx0123456789abcdef']);
      }),
    );
  });

  it('never does anything but open or refuse, whatever comes', () => {
    assert(
      property(
        base64String({ maxLength: 300 }),
        uint8Array({ minLength: 32, maxLength: 32 }),
        (text, key) => {
          try {
            openMessage(Buffer.from(key), text);
          } catch (error) {
            expect(error).toBeInstanceOf(UnreadableCipher);
          }
        },
      ),
    );
  });

  it('another key, or one altered block, is refused', () => {
    const other = aesKeyOf('A'.repeat(43));
    expect(() => openMessage(other, SEALED)).toThrow(UnreadableCipher);
    const bytes = Buffer.from(SEALED, 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(() => openMessage(KEY, bytes.toString('base64'))).toThrow(UnreadableCipher);
  });

  it.each(['', '0'.repeat(40), '4f3ad57b', '4F3AD57B6989F09F4EB392ACCE4F9E93942ED890'])(
    'the signature %p is wrong',
    (signature) => {
      expect(isSignedBy(['pamtest', '1458300676', '260774613', EASYWECHAT], signature)).toBe(false);
    },
  );
});
