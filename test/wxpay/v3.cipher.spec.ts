import {
  createPrivateKey,
  generateKeyPairSync,
  privateDecrypt,
  constants,
  X509Certificate,
} from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { encryptField, openResource, sealedResourceSchema } from '../../src/wxpay/v3/v3.cipher.js';
import { verifyV3 } from '../../src/wxpay/v3/v3.signature.js';
import { CALLBACK, PLATFORM_CERTIFICATE } from './v3.vectors.js';

const open = (key: string, nonce: string, aad: string, ciphertext: string): string =>
  openResource([key], { nonce, associated_data: aad, ciphertext }).toString();

describe('AES-GCM, published vectors', () => {
  it.each<[string, string, string, string, string, string]>([
    // wechatpay-java AeadAesCipherTest; wechatpay-axios-plugin aes.test.js; wechatpay-go utils/aes_test.go (A.1)
    [
      'a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb',
      'uluk4a9R25RW',
      'associatedData',
      'ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=',
      'message',
      'java',
    ],
    [
      '0123456789abcdef0123456789abcdef',
      '0123456789abcdef',
      '',
      'GvpmmdtYwexXIPhySs9Tlg==',
      '',
      'axios, empty',
    ],
    [
      '0123456789abcdef0123456789abcdef',
      '0123456789abcdef',
      'world',
      'APoZlYpivU3HjbAiB4CvW1rAFr8J',
      'hello',
      'axios',
    ],
    [
      'testAPIv3Key0000',
      'wCq51qZv4Yfg',
      'Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8',
      'FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC',
      'Hello World',
      'go',
    ],
  ])('key %s, nonce %s, %j: opens %s', (key, nonce, aad, ciphertext, plain) => {
    expect(open(key, nonce, aad, ciphertext)).toBe(plain);
  });

  it('opens the published platform certificate (A.4)', () => {
    const { key, nonce, aad, ciphertext, serialNo } = PLATFORM_CERTIFICATE;
    const certificate = new X509Certificate(open(key, nonce, aad, ciphertext));
    expect(certificate.serialNumber).toBe(serialNo);
    expect(certificate.subject).toContain('CN=Tenpay.com sign');
  });

  it.each<[string, string]>([
    ['a tag cut to 15 bytes', 'ulwSiIajGClcvcOYvOQ7+l+0PAbzzw=='],
    ['one bit more', 'u1wSiIajGClcvcOYvOQ7+l+0PAbzzwI='],
  ])('refuses a ciphertext with %s', (_, ciphertext) => {
    expect(() =>
      open('a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb', 'uluk4a9R25RW', 'associatedData', ciphertext),
    ).toThrow('no APIv3 key opens the ciphertext');
  });

  it.each(['ulwSiIajGClcvcM=', 'ulwSiA==', ''])('refuses %j, less than a tag', (ciphertext) => {
    expect(() =>
      open('a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb', 'uluk4a9R25RW', 'associatedData', ciphertext),
    ).toThrow('the ciphertext is shorter than its tag');
  });

  it('reads what a notification calls its resource, without associated data too, and nothing else', () => {
    const resource = { algorithm: 'AEAD_AES_256_GCM', ciphertext: 'AAAA', nonce: 'uluk4a9R25RW' };
    expect(sealedResourceSchema.parse(resource)).toEqual({ ...resource, associated_data: '' });
    for (const wrong of [
      { algorithm: 'AEAD_SM4_GCM' },
      { nonce: '' },
      { nonce: 'n'.repeat(17) },
      { ciphertext: '?' },
    ])
      expect(sealedResourceSchema.safeParse({ ...resource, ...wrong }).success).toBe(false);
  });

  it('refuses another key, another nonce, other associated data', () => {
    const right = ['a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb', 'uluk4a9R25RW', 'associatedData'] as const;
    const sealed = 'ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=';
    expect(() => open('b'.repeat(32), right[1], right[2], sealed)).toThrow();
    expect(() => open(right[0], 'uluk4a9R25RX', right[2], sealed)).toThrow();
    expect(() => open(right[0], right[1], 'associatedDatb', sealed)).toThrow();
  });

  it('tries the key before the last change as well', () => {
    const { key, nonce, aad: associated_data, ciphertext } = PLATFORM_CERTIFICATE;
    const resource = { nonce, associated_data, ciphertext };
    expect(openResource(['n'.repeat(32), key], resource).toString()).toContain('BEGIN CERTIFICATE');
  });
});

describe('a published notification (A.3)', () => {
  const { certificate, headers, body, key, plain } = CALLBACK;
  const publicKey = new X509Certificate(certificate).publicKey;

  it('is signed by its platform certificate and opens', () => {
    expect(new X509Certificate(certificate).serialNumber).toBe(headers.serial);
    expect(verifyV3(publicKey, headers, Buffer.from(body))).toBe(true);
    const { resource } = JSON.parse(body) as {
      resource: { nonce: string; associated_data: string; ciphertext: string };
    };
    expect(JSON.parse(openResource([key], resource).toString())).toEqual(plain);
  });

  it.each<[string, Partial<typeof headers>, string]>([
    ['one byte of the body changed', {}, body.replace('签约成功', '签约失败')],
    ['a space more', {}, `${body} `],
    ['another time', { timestamp: '1624523847' }, body],
    ['another nonce', { nonce: 'x' }, body],
    ['an empty signature', { signature: '' }, body],
  ])('is refused with %s', (_, changes, changed) => {
    expect(verifyV3(publicKey, { ...headers, ...changes }, Buffer.from(changed))).toBe(false);
  });
});

it('personal data is encrypted with OAEP and SHA-1, as WeChat opens it (protocol §2.5)', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const sealed = Buffer.from(encryptField(publicKey, '张三'), 'base64');
  const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const opened = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, sealed);
  expect(opened.toString()).toBe('张三');
});
