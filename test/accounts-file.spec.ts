import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readAccountsFile, type AccountsFile } from '../src/config/accounts-file.js';
import { readSettings, SettingsError } from '../src/config/settings.js';

const folder = mkdtempSync(join(tmpdir(), 'accounts-'));
const ACCOUNT = {
  id: 'branch-2',
  api: 'v3',
  mchId: '1900000002',
  appId: 'wx0123456789abcdef',
  appSecret: 's'.repeat(32),
  apiV3Key: 'k'.repeat(32),
  certPath: 'branch-2/apiclient_cert.pem',
  keyPath: 'branch-2/apiclient_key.pem',
} as const satisfies AccountsFile['accounts'][number];

function file(content: unknown): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
const wrongOf = (accounts: unknown): string[] => readAccountsFile(file({ accounts })).wrong;

describe('WXPAY_ACCOUNTS_FILE', () => {
  it('describes accounts under the names of the documentation; paths are relative to the file', () => {
    const { accounts, wrong } = readAccountsFile(file({ accounts: [ACCOUNT] }));
    expect(wrong).toEqual([]);
    expect(accounts).toMatchObject([
      {
        id: 'branch-2',
        api: 'v3',
        apiKeys: [],
        apiV3Keys: ['k'.repeat(32)],
        appAppId: ACCOUNT.appId,
        confirmNotify: 'signature',
        certPath: join(folder, 'branch-2/apiclient_cert.pem'),
      },
    ]);
  });

  it('keeps the key before the last change behind the new one', () => {
    const { accounts } = readAccountsFile(
      file({ accounts: [{ ...ACCOUNT, apiV3KeyPrevious: 'o'.repeat(32) }] }),
    );
    expect(accounts[0]?.apiV3Keys).toEqual(['k'.repeat(32), 'o'.repeat(32)]);
  });

  it.each<[string, unknown[], RegExp]>([
    ['the key of its API is missing', [{ ...ACCOUNT, api: 'v2' }], /branch-2\.apiKey is missing/],
    [
      'a key is too short',
      [{ ...ACCOUNT, apiV3Key: 'short' }],
      /accounts\[0\]\.apiV3Key is missing or malformed: expected the APIv3 key, 32/,
    ],
    ['a field is unknown', [{ ...ACCOUNT, apiv3key: 'x' }], /unknown field "apiv3key"/],
    ['it takes the name of the environment’s account', [{ ...ACCOUNT, id: 'default' }], /"default" is taken/],
    ['an id comes twice', [ACCOUNT, ACCOUNT], /"branch-2" is taken/],
    ['a public key has no id', [{ ...ACCOUNT, publicKeyPath: 'p.pem' }], /branch-2\.publicKeyId is missing/],
    [
      'a public key id has no file',
      [{ ...ACCOUNT, publicKeyId: 'PUB_KEY_ID_0119000000021234' }],
      /branch-2\.publicKeyPath is missing/,
    ],
  ])('names what is wrong when %s', (_, accounts, words) => {
    const wrong = wrongOf(accounts);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatch(words);
    expect(wrong[0]).not.toContain('kkkk');
  });

  it('says when it is no JSON, or not there', () => {
    expect(readAccountsFile(file('{')).wrong).toEqual([expect.stringContaining('is not valid JSON')]);
    expect(readAccountsFile(join(folder, 'none')).wrong).toEqual([expect.stringContaining('cannot be read')]);
  });

  it('the shipped example is read as it is', () => {
    const example = new URL('../../docs/accounts.example.json', import.meta.url).pathname;
    expect(readAccountsFile(example)).toMatchObject({ wrong: [], accounts: [{ api: 'v3' }, { api: 'v2' }] });
  });

  it('stops the start with every line at once', () => {
    const path = file({ accounts: [{ ...ACCOUNT, apiV3Key: undefined }] });
    expect(() => readSettings({ WXPAY_ACCOUNTS_FILE: path })).toThrow(SettingsError);
    expect(() => readSettings({ WXPAY_ACCOUNTS_FILE: path })).toThrow(
      /PUBLIC_URL is missing[^]*branch-2\.apiV3Key/,
    );
  });
});
