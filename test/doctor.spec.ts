import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../scripts/embedded-postgres.js';
import { Clock } from '../src/common/time/clock.js';
import type { Check } from '../src/doctor/check.js';
import { examine } from '../src/doctor/examine.js';
import { jsonReport, textReport } from '../src/doctor/report.js';
import { createTestDatabase } from './support/database.js';
import { prepareMaterial, type MerchantMaterial } from './support/merchant-material.js';
import { startSystem, type System } from './support/system.js';

type Changes = Record<string, string>;
type KeyMode = 'certificate' | 'publicKey' | 'both';

let system: System;
let home: string;
let material: MerchantMaterial;
/** Where nobody listens. */
let nowhere: string;
let unboundApp: string;
const reports: string[] = [];
/** What every connection was asked to connect to. */
const connections: unknown[][] = [];
const connect = Reflect.get(Socket.prototype, 'connect') as (this: Socket, ...target: unknown[]) => Socket;

const PEM = { WXPAY_P12_PATH: '' };
const V3 = { ...PEM, WXPAY_API: 'v3' };
const CERTIFICATE_MODE = { ...V3, WXPAY_PUBLIC_KEY_ID: '', WXPAY_PUBLIC_KEY_PATH: '' };

beforeAll(async () => {
  Socket.prototype.connect = function (this: Socket, ...target: unknown[]) {
    connections.push(target);
    return connect.apply(this, target);
  };
  system = await startSystem();
  home = await mkdtemp(join(tmpdir(), 'doctor-'));
  material = await prepareMaterial(system.simulator.merchantDir, home, system.env['WXPAY_MCH_ID'] ?? '');
  nowhere = `127.0.0.1:${await freePort()}`;
  const merchants = await system.control.call<{ apps: { appId: string; mchIds: string[] }[] }>(
    'GET',
    '/_sim/merchants',
  );
  unboundApp = merchants.body.apps.find(({ mchIds }) => mchIds.length === 0)?.appId ?? '';
});
afterEach(async () => {
  await system.control.noFaults();
  await keyMode('both');
});
afterAll(async () => {
  Socket.prototype.connect = connect;
  await system.stop();
  await rm(home, { recursive: true, force: true });
});

/** With which of its keys WeChat signs for the merchant. */
function keyMode(mode: KeyMode): Promise<void> {
  return system.control.merchant(system.env['WXPAY_MCH_ID'] ?? '', { keyMode: mode });
}

/** Whom a call of `Socket.connect` is for; Node calls it with a list as well. A path is a socket of this machine. */
function hostOf(args: readonly unknown[]): string {
  const [first, second] = (Array.isArray(args[0]) ? args[0] : args) as [unknown, unknown];
  if (typeof first === 'string') return 'localhost';
  return String(typeof first === 'object' ? (first as { host?: unknown }).host : second);
}

async function diagnose(changes: Changes, clock = new Clock()): Promise<Check[]> {
  const checks = await examine({ ...system.env, ...changes }, clock);
  reports.push(textReport(checks), jsonReport(checks));
  return checks;
}

function of(checks: readonly Check[], status: Check['status']): string[] {
  return checks.filter((each) => each.status === status).map(({ check }) => check);
}

describe('the doctor finds all well', () => {
  it.each<[string, () => Changes, string[]]>([
    ['with API v2 and the p12 file', () => ({}), ['app-binding', 'certificate-accepted', 'p12-file']],
    ['with API v2 and the PEM pair', () => PEM, ['app-binding', 'certificate-accepted', 'key-pair']],
    ['with API v3 and the public key', () => V3, ['answers', 'platform-certificates', 'public-key-file']],
    ['with API v3 and platform certificates', () => CERTIFICATE_MODE, ['answers', 'platform-certificates']],
  ])('%s', async (_, changes, proved) => {
    const checks = await diagnose(changes());
    expect(of(checks, 'fault')).toEqual([]);
    expect(of(checks, 'skipped')).toEqual([]);
    expect(of(checks, 'warning')).toEqual(['public-url']); // a loopback address, as in the demo
    const everywhere = [
      'settings',
      'clock',
      'signature',
      'app-secret',
      'notify-url',
      'database',
      'migrations',
    ];
    expect(of(checks, 'ok')).toEqual(expect.arrayContaining([...everywhere, ...proved]));
  });

  it('and takes 404 无可用的平台证书 for what it is in the public-key mode', async () => {
    await keyMode('publicKey');
    const checks = await diagnose(V3);
    expect(of(checks, 'fault')).toEqual([]);
    expect(checks.find(({ check }) => check === 'platform-certificates')).toMatchObject({
      status: 'ok',
      found: expect.stringContaining('as it should be with a public key'),
    });
  });
});

interface Prepared {
  what: string;
  changes: () => Changes;
  fault?: { path: string; fault: string };
  /** Of the merchant at WeChat; default `both`. */
  mode?: KeyMode;
  clockMs?: number;
  /** The checks that must find a fault, and no others. */
  faults: string[];
  /** What the first of them says, in what was found or in what to do. */
  says: RegExp;
}

const FAULTS: Prepared[] = [
  {
    what: 'the platform certificate as merchant certificate',
    changes: () => ({ ...PEM, WXPAY_CERT_PATH: material.platformCertificate }),
    faults: ['certificate-owner'],
    says: /WeChat Pay's platform certificate \("Tenpay\.com sign"\)/,
  },
  {
    what: 'an authority as merchant certificate',
    changes: () => ({ ...PEM, WXPAY_CERT_PATH: material.authority }),
    faults: ['certificate-owner'],
    says: /certificate of an authority/,
  },
  {
    what: 'the p12 file as PEM certificate',
    changes: () => ({ ...PEM, WXPAY_CERT_PATH: material.p12 }),
    faults: ['certificate-file'],
    says: /is a p12 file, not a certificate in PEM form.*WXPAY_P12_PATH/,
  },
  {
    what: 'the private key as certificate',
    changes: () => ({ ...V3, WXPAY_CERT_PATH: material.privateKey }),
    faults: ['certificate-file'],
    says: /is a private key, not a certificate/,
  },
  {
    what: 'a certificate as private key',
    changes: () => ({ ...PEM, WXPAY_KEY_PATH: material.certificate }),
    faults: ['key-file'],
    says: /WXPAY_KEY_PATH: .* is a certificate, not a private key/,
  },
  {
    what: 'no private key',
    changes: () => ({ ...PEM, WXPAY_KEY_PATH: material.missing }),
    faults: ['key-file'],
    says: /missing\.pem cannot be read \(ENOENT\)/,
  },
  {
    what: 'the key of another certificate',
    changes: () => ({ ...V3, WXPAY_KEY_PATH: material.otherKey }),
    faults: ['key-pair'],
    says: /other_key\.pem does not belong to the certificate in .*apiclient_cert\.pem/,
  },
  {
    what: "another merchant's certificate",
    changes: () => ({ ...PEM, WXPAY_CERT_PATH: material.foreignCertificate }),
    faults: ['certificate-owner'],
    says: /issued to 1234567890, but the merchant number is 19\d{8}/,
  },
  {
    what: 'an expired certificate',
    changes: () => ({ ...V3, WXPAY_CERT_PATH: material.expired }),
    faults: ['certificate-expiry'],
    says: /expired on 20\d\d-/,
  },
  {
    what: 'a PEM file as p12 file',
    changes: () => ({ WXPAY_P12_PATH: material.certificate }),
    faults: ['p12-file'],
    says: /WXPAY_P12_PATH: .* is a certificate, not a p12 file/,
  },
  {
    what: 'a p12 file that is encrypted the old way',
    changes: () => ({ WXPAY_P12_PATH: material.oldP12 }),
    faults: ['p12-file'],
    says: /encrypted the old way/,
  },
  {
    what: "another merchant's p12 file",
    changes: () => ({ WXPAY_MCH_ID: '1234567890' }),
    faults: ['p12-file', 'signature'],
    says: /does not open with the merchant number as its password/,
  },
  {
    what: 'a certificate that is not from WeChat',
    changes: () => ({ ...PEM, WXPAY_CERT_PATH: material.selfMade }),
    faults: ['certificate-accepted'],
    says: /The SSL certificate error/,
  },
  {
    what: 'a wrong API key (v2)',
    changes: () => ({ WXPAY_API_KEY: 'x'.repeat(32) }),
    faults: ['signature'],
    says: /签名错误: the key in WXPAY_API_KEY is not the one of merchant/,
  },
  {
    what: 'an API key (v2) that is cut off',
    changes: () => ({ WXPAY_API_KEY: 'x'.repeat(31) }),
    faults: ['api-key'],
    says: /WXPAY_API_KEY is malformed: .*31 characters/,
  },
  {
    what: 'an app that is not bound to the merchant',
    changes: () => ({ WXPAY_APP_APP_ID: unboundApp }),
    faults: ['app-binding'],
    says: /is not bound to merchant/,
  },
  {
    what: 'a wrong app secret',
    changes: () => ({ WXPAY_APP_SECRET: 'f'.repeat(32) }),
    faults: ['app-secret'],
    says: /WeChat says 40125 .*WXPAY_APP_SECRET/,
  },
  {
    what: "a wrong secret of the official account's",
    changes: () => ({ WXPAY_OFFICIAL_APP_SECRET: 'f'.repeat(32) }),
    faults: ['app-secret'],
    says: /WeChat says 40125 .*WXPAY_OFFICIAL_APP_SECRET/,
  },
  {
    what: 'an address outside the IP whitelist',
    changes: () => ({}),
    fault: { path: '/cgi-bin/stable_token', fault: '40164' },
    faults: ['app-secret', 'app-secret'],
    says: /40164 .*IP whitelist/,
  },
  {
    what: 'a wrong APIv3 key',
    changes: () => ({ ...V3, WXPAY_API_V3_KEY: 'x'.repeat(32) }),
    faults: ['platform-certificates'],
    says: /do not open with the key in WXPAY_API_V3_KEY/,
  },
  {
    what: 'an APIv3 key that is cut off',
    changes: () => ({ ...V3, WXPAY_API_V3_KEY: 'x'.repeat(30) }),
    faults: ['api-v3-key'],
    says: /30 characters/,
  },
  {
    what: 'a serial number as public key id',
    changes: () => ({ ...V3, WXPAY_PUBLIC_KEY_ID: '5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC' }),
    faults: ['public-key-id'],
    says: /looks like the serial number of a certificate/,
  },
  {
    what: "another merchant's public key id",
    changes: () => ({ ...V3, WXPAY_PUBLIC_KEY_ID: 'PUB_KEY_ID_0112345678901234567890' }),
    faults: ['answers'],
    says: /does not know the public key id PUB_KEY_ID_0112345678901234567890/,
  },
  {
    what: 'a certificate as public key',
    changes: () => ({ ...V3, WXPAY_PUBLIC_KEY_PATH: material.platformCertificate }),
    faults: ['public-key-file'],
    says: /platform_cert\.pem is a certificate; WeChat Pay's public key is another file/,
  },
  {
    what: "the merchant's own public key",
    changes: () => ({ ...V3, WXPAY_PUBLIC_KEY_PATH: material.ownPublicKey }),
    faults: ['public-key-file'],
    says: /the merchant's own public key/,
  },
  {
    what: "somebody else's public key",
    changes: () => ({ ...V3, WXPAY_PUBLIC_KEY_PATH: material.otherPublicKey }),
    faults: ['answers'],
    says: /the key in WXPAY_PUBLIC_KEY_PATH is not the one WeChat calls PUB_KEY_ID_/,
  },
  {
    what: 'a certificate that was replaced at WeChat',
    changes: () => ({
      ...V3,
      WXPAY_CERT_PATH: material.otherCertificate,
      WXPAY_KEY_PATH: material.otherKey,
    }),
    faults: ['signature'],
    says: /商户证书序列号有误.*does not have [0-9A-F]{40} as the current certificate/,
  },
  {
    what: 'a wrong serial number that WeChat answers with SYSTEM_ERROR',
    changes: () => V3,
    fault: { path: '/v3/', fault: 'SYSTEM_ERROR' },
    faults: ['signature'],
    says: /500 SYSTEM_ERROR .*commonly answers to a wrong serial number or merchant number/,
  },
  {
    what: '404 无可用的平台证书 without a public key',
    changes: () => CERTIFICATE_MODE,
    mode: 'publicKey',
    faults: ['platform-certificates'],
    says: /404 无可用的平台证书.*Apply for the public key/,
  },
  {
    what: 'a clock that is ten minutes ahead',
    changes: () => V3,
    clockMs: 600_000,
    faults: ['clock'],
    says: /(599|600|601) s ahead of WeChat's/,
  },
  {
    what: 'a clock that is ten minutes behind',
    changes: () => ({}),
    clockMs: -600_000,
    faults: ['clock'],
    says: /(599|600|601) s behind WeChat's/,
  },
  {
    what: 'no way to WeChat Pay',
    changes: () => ({ WXPAY_BASE_URL: `https://${nowhere}`, WXPAY_BACKUP_URL: `https://${nowhere}` }),
    faults: ['wxpay-reachable'],
    says: /cannot be reached \(ECONNREFUSED\)/,
  },
  {
    what: 'a server that nobody vouches for',
    changes: () => ({ WXPAY_CA_PATH: '' }),
    faults: ['wxpay-reachable', 'app-secret', 'app-secret'],
    says: /shows a certificate nobody vouches for/,
  },
  {
    what: 'an authority file that is none',
    changes: () => ({ WXPAY_CA_PATH: material.garbage }),
    faults: ['authority-file'],
    says: /WXPAY_CA_PATH holds no certificate/,
  },
  {
    what: 'an address for WeChat that is plain http',
    changes: () => ({ WXPAY_BASE_URL: `http://${nowhere}` }),
    faults: ['settings'],
    says: /WXPAY_BASE_URL is malformed: expected an https address/,
  },
  {
    what: 'a notify URL that is not https',
    changes: () => ({ PUBLIC_URL: 'http://shop.example.com' }),
    faults: ['public-url'],
    says: /is not https/,
  },
  {
    what: 'a notify URL with a query',
    changes: () => ({ PUBLIC_URL: 'https://shop.example.com/?shop=1' }),
    faults: ['public-url'],
    says: /has a query/,
  },
  {
    what: 'a notify URL inside the network',
    changes: () => ({ PUBLIC_URL: 'https://192.168.1.20' }),
    faults: ['public-url'],
    says: /192\.168\.1\.20 is not a public address/,
  },
  {
    what: 'a notify URL by an inside name',
    changes: () => ({ PUBLIC_URL: 'https://shop-server' }),
    faults: ['public-url'],
    says: /shop-server is not a public address/,
  },
  {
    what: 'no PUBLIC_URL',
    changes: () => ({ PUBLIC_URL: '' }),
    faults: ['public-url'],
    says: /is missing/,
  },
  {
    what: 'a service that is not running',
    changes: () => ({ PUBLIC_URL: `http://${nowhere}` }),
    faults: ['notify-url'],
    says: /ECONNREFUSED\..*is the service running/,
  },
  {
    what: 'a notify URL where something else answers',
    changes: () => ({ PUBLIC_URL: system.control.url }),
    faults: ['notify-url'],
    says: /answers HTTP 404, which is not this service/,
  },
  {
    what: 'a database that is not migrated',
    changes: () => ({ DATABASE_URL: database((url) => (url.pathname = '/postgres')) }),
    faults: ['migrations'],
    says: /still to be applied.*npm run migrate/,
  },
  {
    what: 'a wrong password for the database',
    changes: () => ({ DATABASE_URL: database((url) => (url.password = 'wrong')) }),
    faults: ['database'],
    says: /refuses user or password \(28P01\)/,
  },
  {
    what: 'a database that does not exist',
    changes: () => ({ DATABASE_URL: database((url) => (url.pathname = '/nobody')) }),
    faults: ['database'],
    says: /there is no such database \(3D000\)/,
  },
  {
    what: 'a database server that is not there',
    changes: () => ({ DATABASE_URL: database((url) => (url.host = nowhere)) }),
    faults: ['database'],
    says: /cannot be reached \(ECONNREFUSED\)/,
  },
  {
    what: 'a missing secret of the service',
    changes: () => ({ SESSION_SECRET: '' }),
    faults: ['settings'],
    says: /SESSION_SECRET is missing/,
  },
];

function database(change: (url: URL) => unknown): string {
  const url = new URL(system.database.url);
  url.search = ''; // over the network, as a server of one's own
  change(url);
  return url.href;
}

describe('the doctor names the cause of', () => {
  it.each(FAULTS)('$what', async ({ changes, fault, mode = 'both', clockMs = 0, faults, says }) => {
    await keyMode(mode);
    if (fault !== undefined) await system.control.fault(fault);
    const clock = new Clock();
    clock.jumpTo(clockMs);
    const checks = await diagnose(changes(), clock);
    expect(of(checks, 'fault')).toEqual(faults);
    const cause = checks.find(({ check, status }) => check === faults[0] && status === 'fault');
    expect(`${cause?.found}. ${cause?.todo}`).toMatch(says);
    expect(cause?.zh).toMatch(/\p{Script=Han}/u);
    expect(jsonReport(checks)).toMatch(/^\{"ok":false,/);
  });

  it('several faults at once, and goes on with the rest', async () => {
    const checks = await diagnose({ ...V3, WXPAY_APP_ID: 'nonsense', SESSION_SECRET: '', PORT: 'http' });
    const settings = checks.filter(({ check, status }) => check === 'settings' && status === 'fault');
    expect(settings.map(({ account, found }) => [account, found.split(' ')[0]])).toEqual([
      [null, 'PORT'],
      [null, 'SESSION_SECRET'],
      ['default', 'WXPAY_APP_ID'],
    ]);
    expect(of(checks, 'ok')).toEqual(expect.arrayContaining(['key-pair', 'database', 'wxpay-reachable']));
    expect(of(checks, 'skipped')).toEqual(expect.arrayContaining(['signature', 'app-secret']));
  });

  it('what nobody has thought of by its kind, and goes on with the rest', async () => {
    const odd = await createTestDatabase();
    try {
      await odd.query('ALTER TABLE migrations RENAME COLUMN name TO title');
      const checks = await diagnose({ DATABASE_URL: odd.url });
      expect(of(checks, 'fault')).toEqual(['database']);
      expect(checks.find(({ check }) => check === 'database')?.found).toBe('could not be checked (42703)');
      expect(of(checks, 'ok')).toEqual(expect.arrayContaining(['signature', 'notify-url']));
    } finally {
      await odd.drop();
    }
  });

  it('one account of several, and leaves the others in peace', async () => {
    const { env } = system;
    const second = {
      id: 'second',
      api: 'v3',
      mchId: env['WXPAY_MCH_ID'],
      appId: env['WXPAY_APP_ID'],
      appSecret: env['WXPAY_APP_SECRET'],
      apiV3Key: 'too short',
      certPath: 'apiclient_cert.pem',
      keyPath: material.privateKey,
    };
    const path = join(home, 'accounts.json');
    await writeFile(path, JSON.stringify({ accounts: [second] }));
    const checks = await diagnose({ WXPAY_ACCOUNTS_FILE: path });
    const wrong = checks.filter(({ status }) => status === 'fault');
    expect(wrong.map(({ account, check }) => [account, check])).toEqual([
      ['second', 'api-v3-key'],
      ['second', 'certificate-file'], // relative to the file's folder
      ['second', 'notify-url'], // the service that runs does not know this account
    ]);
    expect(wrong[0]?.found).toContain('9 characters');
    expect(wrong[2]?.found).toContain('does not know the account second');
  });
});

describe('the doctor warns of', () => {
  it.each<[string, () => Changes, string, RegExp]>([
    [
      'a certificate that expires soon',
      () => ({ ...PEM, WXPAY_CERT_PATH: material.expiring }),
      'certificate-expiry',
      /in (19|20) days/,
    ],
    [
      'a missing certificate, without which no refund goes out',
      () => ({ ...PEM, WXPAY_CERT_PATH: material.missing, WXPAY_KEY_PATH: material.missing }),
      'certificate-file',
      /paying works, refunds cannot be sent/,
    ],
    [
      'an API key that WeChat does not take yet',
      () => ({ WXPAY_API_KEY: 'n'.repeat(32), WXPAY_API_KEY_PREVIOUS: system.env['WXPAY_API_KEY'] ?? '' }),
      'signature',
      /still takes WXPAY_API_KEY_PREVIOUS and not yet WXPAY_API_KEY/,
    ],
    [
      'API v1, which it cannot try out',
      () => ({ WXPAY_API: 'v1' }),
      'signature',
      /API v1.* is not tried out/,
    ],
  ])('%s', async (_, changes, check, says) => {
    const checks = await diagnose(changes());
    expect(of(checks, 'fault')).toEqual([]);
    expect(checks.find((each) => each.check === check)).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(says),
    });
    expect(jsonReport(checks)).toMatch(/^\{"ok":true,/);
  });
});

describe('npm run doctor', () => {
  it('prints a line for each check and ends with 0', async () => {
    const { code, stdout, stderr } = await run(['--'], {});
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ {2}✓ signature accepted by WeChat 微信接受签名: /m);
    expect(stdout).toMatch(/usable, 1 to look at/);
    expect(code).toBe(0);
  });

  it('prints one JSON object with --json, and ends with 1 when something is wrong', async () => {
    const { code, stdout, stderr } = await run(['--json'], { ...PEM, WXPAY_KEY_PATH: material.otherKey });
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as { ok: boolean; checks: Record<string, unknown>[] };
    expect(report.ok).toBe(false);
    expect(report.checks.filter(({ status }) => status === 'fault')).toEqual([
      {
        account: 'default',
        check: 'key-pair',
        ok: false,
        status: 'fault',
        found: expect.stringContaining('does not belong'),
        why: expect.any(String),
        todo: expect.any(String),
        zh: expect.any(String),
      },
    ]);
    expect(code).toBe(1);
  });

  it('lives through an environment in which nothing is set', async () => {
    const { code, stdout } = await run(['--json'], undefined);
    expect(code).toBe(1);
    expect(stdout).toContain('WXPAY_MCH_ID is missing');
  });
});

/** @param changes undefined: nothing is set but where WeChat would be, which is nowhere */
function run(
  args: string[],
  changes: Changes | undefined,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const away = { WXPAY_BASE_URL: `https://${nowhere}`, WXPAY_BACKUP_URL: `https://${nowhere}` };
  const env = changes === undefined ? away : { ...system.env, ...changes };
  const command = fileURLToPath(new URL('../src/doctor.js', import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [command, ...args.filter((arg) => arg !== '--')],
      { cwd: dirname(fileURLToPath(import.meta.url)), env: { PATH: process.env['PATH'] ?? '', ...env } },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe('whatever the doctor said above', () => {
  it('it told no secret', () => {
    const { env } = system;
    const secrets = [
      'WXPAY_API_KEY',
      'WXPAY_API_V3_KEY',
      'WXPAY_APP_SECRET',
      'SESSION_SECRET',
      'DATA_ENCRYPTION_KEY',
    ];
    const told = reports.join('\n');
    const [, keyLine = ''] = readFileSync(material.privateKey, 'utf8').split('\n');
    const values = [...secrets.map((name) => env[name] ?? name), 'x'.repeat(30), keyLine];
    // Not toContain: a failure would print everything.
    expect(values.filter((value) => told.includes(value))).toEqual([]);
    expect(/:\/\/[^/\s]+:[^/\s]+@/.exec(told)?.[0]).toBeUndefined(); // user and password of the database
    expect(told.includes('a secret all the same')).toBe(false);
  });

  it('it asked nobody but this machine', () => {
    const hosts = new Set(connections.map(hostOf));
    expect(hosts).toContain('127.0.0.1');
    expect([...hosts].filter((host) => !/^(127\.0\.0\.1|localhost)$/.test(host))).toEqual([]);
  });
});
