import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { createApp } from '../src/app.js';
import { readSettings, SettingsError } from '../src/config/settings.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const COMPLETE = {
  PUBLIC_URL: 'https://shop.example.com',
  DATABASE_URL: 'postgres://user:password@127.0.0.1:5432/shop',
  SESSION_SECRET: 's'.repeat(32),
  DATA_ENCRYPTION_KEY: 'd'.repeat(32),
  WXPAY_APP_ID: 'wxd930ea5d5a258f4f',
  WXPAY_APP_SECRET: 'a'.repeat(32),
  WXPAY_MCH_ID: '1900000001',
  WXPAY_API_KEY: 'k'.repeat(32),
};

function linesOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.lines;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('are complete with eight lines, and production is the default', () => {
    expect(readSettings(COMPLETE)).toMatchObject({
      mode: 'production',
      http: { port: 3000, publicUrl: 'https://shop.example.com' },
      order: { expireMinutes: 20 },
      wxpay: {
        baseUrl: 'https://api.mch.weixin.qq.com',
        backupUrl: 'https://api2.mch.weixin.qq.com',
        accounts: [
          {
            id: 'default',
            api: 'v2',
            confirmNotify: 'query',
            signType: 'MD5',
            appAppId: COMPLETE.WXPAY_APP_ID,
          },
        ],
      },
    });
  });

  it.each(Object.keys(COMPLETE))('%s must be there', (name) => {
    const rest = Object.fromEntries(Object.entries(COMPLETE).filter(([key]) => key !== name));
    const missing = expect.stringMatching(new RegExp(`^${name} is missing: expected .{10,}`));
    expect(linesOf(rest)).toEqual([missing]);
    expect(linesOf({ ...rest, [name]: '' })).toEqual([missing]);
  });

  it.each([
    [{ FEIE_USER: 'shop@example.com' }, 'FEIE_UKEY'],
    [{ FEIE_UKEY: 'feie-secret-key' }, 'FEIE_USER'],
    [{ FEIE_SN: '316500004' }, 'FEIE_USER'],
  ])('a printer account is whole or not there: %j', (part, missing) => {
    const lines = linesOf({ ...COMPLETE, ...part });
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${missing} is missing: expected .{10,}`))]);
    expect(lines.join()).not.toContain('feie-secret-key');
  });

  it.each([
    [{ WXPAY_OFFICIAL_APP_ID: 'wx00000000000000ff' }, 'WXPAY_OFFICIAL_APP_SECRET'],
    [{ WXPAY_OFFICIAL_APP_SECRET: 'official-secret-of-32-characters' }, 'WXPAY_OFFICIAL_APP_ID'],
  ])('an official account is whole or not there: %j', (part, missing) => {
    const lines = linesOf({ ...COMPLETE, ...part });
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${missing} is missing: expected .{10,}`))]);
    expect(lines.join()).not.toContain('official-secret');
  });

  it('what is wrong only beside another setting, or in a file, is named with all the rest', () => {
    const wrong = {
      PORT: 'http',
      FEIE_SN: '316500004',
      SIM_CLOCK_URL: 'http://127.0.0.1:9080/_sim/clock',
      WXPAY_API: 'v3',
      WXPAY_ACCOUNTS_FILE: '/nowhere/accounts.json',
    };
    expect(linesOf({ ...COMPLETE, ...wrong })).toEqual([
      expect.stringMatching(/^PORT is malformed/),
      expect.stringMatching(/^WXPAY_API_V3_KEY is missing/),
      expect.stringMatching(/^SIM_CLOCK_URL is refused in production/),
      expect.stringMatching(/^FEIE_USER is missing/),
      expect.stringMatching(/^WXPAY_ACCOUNTS_FILE: .* cannot be read/),
    ]);
  });

  it('names everything that is wrong at once, one line each', () => {
    const lines = linesOf({ PORT: 'http', WXPAY_SIGN_TYPE: 'SHA1' });
    for (const name of [...Object.keys(COMPLETE), 'PORT', 'WXPAY_SIGN_TYPE'])
      expect(lines.filter((line) => line.startsWith(`${name} is `))).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['NODE_ENV', 'prod-secret-value'],
    ['PORT', '65536'],
    ['PORT', '-7777'],
    ['PORT', '30x00'],
    ['PUBLIC_URL', 'shop.example.org'],
    ['PUBLIC_URL', 'http://shop.example.org'],
    ['PUBLIC_URL', 'http://localhost.example.org'],
    ['PUBLIC_URL', 'http://127.0.0.1.example.org'],
    ['PUBLIC_URL', 'https://shop.example.org/?a=1'],
    ['PUBLIC_URL', 'https://shop.example.org/#a'],
    ['PUBLIC_URL', 'ftp://shop.example.org'],
    ['DATABASE_URL', 'mysql://root:hunter2@127.0.0.1/shop'],
    ['DATABASE_URL', 'hunter2'],
    ['DATABASE_POOL_MAX', '1'],
    ['LOG_LEVEL', 'chatty'],
    ['SUSPENSE_LATE', 'sometimes-7777'],
    ['SUSPENSE_DOUBLE', 'sometimes-7777'],
    ['SESSION_SECRET', 'hunter2-too-short'],
    ['DATA_ENCRYPTION_KEY', 'hunter2-too-short'],
    ['ORDER_EXPIRE_MINUTES', '99999'],
    ['ORDER_EXPIRE_MINUTES', '20.5'],
    ['WECHAT_MESSAGE_TOKEN', 'hunter2 and more'],
    ['WECHAT_ENCODING_AES_KEY', 'hunter2'],
    ['WECHAT_TEMPLATE_ORDER_PAID', 'hunter2'],
    ['WECHAT_TEMPLATE_ORDER_PAID', 'hunter2-template:'],
    ['WECHAT_TEMPLATE_ORDER_PAID', 'hunter2-template:thing1=nothing'],
    ['WECHAT_TEMPLATE_ORDER_PAID', 'hunter2-template:gift1=items'],
    ['WECHAT_TEMPLATE_ORDER_PAID', 'hunter2-template:amount1=orderNo'],
    ['WECHAT_TEMPLATE_ORDER_PAID', 'hunter2-template:time1=amount'],
    ['WECHAT_TEMPLATE_ORDER_PAID', 'hunter2-template:thing1=items,thing1=items'],
    ['WECHAT_TEMPLATE_ORDER_PAID', 'hunter2-template:thing1=trackingNo'],
    ['WECHAT_TEMPLATE_PAGE', 'https://hunter2.example.com'],
    ['WXPAY_API', 'v9'],
    ['WXPAY_APP_ID', 'hunter2'],
    ['WXPAY_APP_APP_ID', 'hunter2'],
    ['WXPAY_APP_SECRET', 'hunter2'],
    ['WXPAY_MCH_ID', '19000000x1'],
    ['WXPAY_API_KEY', 'hunter2'],
    ['WXPAY_API_KEY', 'a key of 32 characters with room'],
    ['WXPAY_API_KEY', '键'.repeat(32)],
    ['WXPAY_V1_PAY_SIGN_KEY', 'hunter2'],
    ['WXPAY_V1_PARTNER', 'hunter2'],
    ['WXPAY_V1_PARTNER_KEY', 'hunter2'],
    ['WXPAY_APP_APP_SECRET', 'hunter2'],
    ['WXPAY_SIGN_TYPE', 'md5'],
    ['WXPAY_BASE_URL', 'http://api.mch.weixin.qq.com'],
    ['WXPAY_BACKUP_URL', 'http://api2.mch.weixin.qq.com'],
    ['WXPAY_BASE_URL', 'https://api.mch.weixin.qq.com/hunter2'],
    ['WXPAY_BACKUP_URL', 'https://api2.mch.weixin.qq.com/?hunter2'],
    ['WECHAT_BASE_URL', 'http://user:hunter2@127.0.0.1:9080'],
    ['FEIE_BASE_URL', 'https://api.feieyun.cn/Api/Open/'],
    ['TRUSTED_PROXIES', 'proxy.example.com'],
    ['TRUSTED_PROXIES', '127.0.0.1, 10.0.0.256'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', 'fe80::/129'],
    ['WXPAY_TIMEOUT_MS', '99'],
    ['WXPAY_CONFIRM_NOTIFY', 'never'],
    ['CORS_ORIGINS', 'shop.example.org'],
    ['SIM_CLOCK_URL', 'hunter2'],
  ])('%s=%s is malformed; the message says what is expected and never the value', (name, value) => {
    const lines = linesOf({ ...COMPLETE, [name]: value });
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} is malformed: expected .{3,}`))]);
    expect(lines[0]?.replace(`${name} `, '')).not.toContain(value);
  });

  it('API v1 names each of its keys that is missing, and the secret of an app of its own', () => {
    const v1 = { ...COMPLETE, WXPAY_API: 'v1', WXPAY_APP_APP_ID: 'wx0123456789abcdef' };
    expect(linesOf(v1)).toEqual([
      expect.stringMatching(/^WXPAY_V1_PAY_SIGN_KEY is missing: expected .* 128 .* with API v1$/),
      expect.stringMatching(/^WXPAY_V1_PARTNER is missing: expected .* 10 digits with API v1$/),
      expect.stringMatching(/^WXPAY_V1_PARTNER_KEY is missing: expected .* 32 .* with API v1$/),
      expect.stringMatching(/^WXPAY_APP_APP_SECRET is missing: .* beside WXPAY_APP_APP_ID$/),
    ]);
    const keys = {
      WXPAY_V1_PAY_SIGN_KEY: 'k'.repeat(128),
      WXPAY_V1_PARTNER: '1900000109',
      WXPAY_V1_PARTNER_KEY: 'p'.repeat(32),
    };
    expect(readSettings({ ...v1, ...keys, WXPAY_APP_APP_ID: '' }).wxpay.accounts[0]).toMatchObject({
      api: 'v1',
      confirmNotify: 'query',
      appAppSecret: COMPLETE.WXPAY_APP_SECRET,
      v1: { partner: '1900000109' },
    });
  });

  it.each([
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://127.8.9.1',
    'http://[::1]:3000',
    'https://shop.example.com/',
  ])('PUBLIC_URL may be %s', (url) => {
    expect(readSettings({ ...COMPLETE, PUBLIC_URL: url }).http.publicUrl).toBe(url.replace(/\/$/, ''));
  });

  it('SIM_CLOCK_URL is refused in production, also when NODE_ENV is not set', () => {
    const clock = { SIM_CLOCK_URL: 'http://127.0.0.1:9080/_sim/clock' };
    for (const mode of [{}, { NODE_ENV: 'production' }, { NODE_ENV: '' }])
      expect(linesOf({ ...COMPLETE, ...clock, ...mode })).toEqual([
        expect.stringContaining('SIM_CLOCK_URL is refused in production'),
      ]);
    expect(linesOf({ ...COMPLETE, ...clock, NODE_ENV: 'development' })).toEqual([]);
  });

  it('a template names its keywords and what each carries, a fixed text among them', () => {
    const setting = 'a-template-id:character_string1=orderNo, amount2=amount,thing3="感谢惠顾"';
    const { wechat } = readSettings({ ...COMPLETE, WECHAT_TEMPLATE_ORDER_PAID: setting });
    expect(wechat.templates.ORDER_PAID).toEqual({
      id: 'a-template-id',
      keywords: [
        { name: 'character_string1', kind: 'character_string', source: 'orderNo' },
        { name: 'amount2', kind: 'amount', source: 'amount' },
        { name: 'thing3', kind: 'thing', source: { literal: '感谢惠顾' } },
      ],
    });
    expect(wechat.templates.ORDER_SHIPPED).toBeUndefined();
  });

  it.each([
    'loopback',
    'linklocal,uniquelocal',
    '127.0.0.1',
    '::1',
    '10.0.0.0/8, fd00::/8',
    '::ffff:10.0.0.1',
  ])('TRUSTED_PROXIES may be %s, and the server takes it', (proxies) => {
    const { trustedProxies } = readSettings({ ...COMPLETE, TRUSTED_PROXIES: proxies }).http;
    expect(() => fastify({ trustProxy: trustedProxies })).not.toThrow();
  });

  it('lists are split and trimmed', () => {
    const { http } = readSettings({
      ...COMPLETE,
      TRUSTED_PROXIES: ' 10.0.0.0/8, 127.0.0.1 ,',
      CORS_ORIGINS: 'https://a.example.com',
    });
    expect(http).toMatchObject({
      trustedProxies: ['10.0.0.0/8', '127.0.0.1'],
      corsOrigins: ['https://a.example.com'],
    });
  });
});

describe('WXPAY_CA_PATH', () => {
  let dir: string;
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    dir = await mkdtemp(join(tmpdir(), 'settings-'));
  });
  afterAll(async () => {
    await database.drop();
    await rm(dir, { recursive: true });
  });

  it('beside another file that is wrong: both are named at once', async () => {
    const settings = readSettings({
      ...COMPLETE,
      DATABASE_URL: database.url,
      WXPAY_CA_PATH: join(dir, 'missing.pem'),
      WXPAY_P12_PATH: join(dir, 'missing.p12'),
    });
    await expect(createApp(settings)).rejects.toMatchObject({
      lines: [expect.stringMatching(/^WXPAY_CA_PATH /), expect.stringMatching(/^WXPAY_P12_PATH: /)],
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['a file that is not there', async () => join(dir, 'missing.pem')],
    ['a folder', async () => dir],
    [
      'a file that holds no certificate',
      async () => {
        await writeFile(join(dir, 'garbage.pem'), 'garbage');
        return join(dir, 'garbage.pem');
      },
    ],
    [
      'a certificate that is none inside',
      async () => {
        await writeFile(
          join(dir, 'broken.pem'),
          '-----BEGIN CERTIFICATE-----\nZ2FyYmFnZQ==\n-----END CERTIFICATE-----\n',
        );
        return join(dir, 'broken.pem');
      },
    ],
  ])('naming %s: the application does not start and says which setting is wrong', async (_, path) => {
    const settings = readSettings({
      ...COMPLETE,
      DATABASE_URL: database.url,
      LOG_LEVEL: 'error',
      WXPAY_CA_PATH: await path(),
    });
    const start = async (): Promise<void> => {
      const app = await createApp(settings);
      await app.close();
    };
    await expect(start()).rejects.toThrow(/WXPAY_CA_PATH/);
  });
});
