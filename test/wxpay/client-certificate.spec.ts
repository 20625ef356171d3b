import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.js';
import { readClientCertificate, type ClientCertificate } from '../../src/wxpay/client-certificate.js';
import { approve, ask, paidOrder, refundOf, refundsAtWeChat } from '../refund/paid-order.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

let system: System;
let home: string;

beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '1000' });
  home = await mkdtemp(join(tmpdir(), 'certificates-'));
});
afterAll(async () => {
  await system.stop();
  await rm(home, { recursive: true, force: true });
});

function read(env: Record<string, string>, now = new Date()): ClientCertificate | undefined {
  const [account] = readSettings({ ...system.env, WXPAY_P12_PATH: '', ...env }).wxpay.accounts;
  if (account === undefined) throw new Error('no account');
  return readClientCertificate(account, now);
}

async function file(name: string, content: string): Promise<string> {
  const path = join(home, name);
  await writeFile(path, content);
  return path;
}

describe("the merchant's API certificate", () => {
  it('is read from the PEM pair or from the p12 file', () => {
    expect(read({})).toMatchObject({
      cert: expect.stringContaining('BEGIN CERTIFICATE'),
      key: expect.any(String),
    });
    expect(read({ WXPAY_P12_PATH: system.env['WXPAY_P12_PATH'] ?? '' })).toMatchObject({
      passphrase: system.env['WXPAY_MCH_ID'],
    });
  });

  it('may be missing: paying needs none', () => {
    expect(
      read({ WXPAY_CERT_PATH: join(home, 'none.pem'), WXPAY_KEY_PATH: join(home, 'none.key') }),
    ).toBeUndefined();
  });

  it('names the file that is wrong, never its contents', async () => {
    const garbage = await file('garbage.pem', 'not a key, but a secret all the same');
    const platform = join(system.simulator.merchantDir, 'platform_cert.pem');
    expect(() => read({ WXPAY_CERT_PATH: garbage })).toThrow(
      /WXPAY_CERT_PATH: .*garbage\.pem is no certificate/,
    );
    expect(() => read({ WXPAY_KEY_PATH: garbage })).toThrow(
      /WXPAY_KEY_PATH: .*garbage\.pem is no unencrypted private key/,
    );
    expect(() => read({ WXPAY_KEY_PATH: join(home, 'none') })).toThrow(/WXPAY_KEY_PATH: .*cannot be read/);
    expect(() => read({ WXPAY_CERT_PATH: platform })).toThrow(/does not belong to the certificate/);
    expect(() => read({}, new Date('2100-01-01'))).toThrow(/expired on/);
    expect(() => read({ WXPAY_P12_PATH: garbage })).toThrow(
      /WXPAY_P12_PATH: .*does not open with the merchant number/,
    );
    expect(() =>
      read({ WXPAY_P12_PATH: system.env['WXPAY_P12_PATH'] ?? '', WXPAY_MCH_ID: '12345678' }),
    ).toThrow(/does not open/);
    expect(() => read({ WXPAY_CERT_PATH: garbage })).not.toThrow(/secret/);
  });

  it('is demanded by WeChat: without it the refund waits with the reason, and goes out once it is there', async () => {
    const finance = await TestOperator.login(system, 'FINANCE');
    const paid = await paidOrder(system, 1000);
    const refund = await ask(paid);
    const none = {
      WXPAY_P12_PATH: '',
      WXPAY_CERT_PATH: join(home, 'none.pem'),
      WXPAY_KEY_PATH: join(home, 'none.key'),
    };
    await system.restart(none);
    await approve(finance, refund.id);
    await eventually(async () => {
      expect(await refundOf(finance, refund.id)).toMatchObject({
        status: 'PROCESSING',
        waiting: { message: expect.stringContaining('no API certificate') },
      });
    });
    await system.restart();
    await eventually(async () => {
      await system.control.advance(60);
      expect(await refundOf(finance, refund.id)).toMatchObject({ status: 'SUCCESS' });
    });
    expect(await refundsAtWeChat(system, paid.outTradeNo)).toHaveLength(1);
  });

  it('M-32: is not shown to a server that a foreign authority vouches for, and no refund leaves', async () => {
    const finance = await TestOperator.login(system, 'FINANCE');
    const paid = await paidOrder(system, 1000);
    const refund = await ask(paid);
    await system.restart({ WXPAY_CA_PATH: join(system.simulator.merchantDir, 'platform_cert.pem') });
    await approve(finance, refund.id);
    await eventually(async () => {
      expect(await refundOf(finance, refund.id)).toMatchObject({
        status: 'PROCESSING',
        waiting: { code: 'UNTRUSTED_SERVER' },
      });
    });
    expect(await refundsAtWeChat(system, paid.outTradeNo)).toEqual([]);
    await system.restart();
  });
});
