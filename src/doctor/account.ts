import { createPublicKey } from 'node:crypto';
import type { Clock } from '../common/time/clock.js';
import type { MerchantAccount } from '../wxpay/merchant-accounts.js';
import { V3Credentials } from '../wxpay/v3/v3.credentials.js';
import { V3Request } from '../wxpay/v3/v3.request.js';
import { WxPayHttp } from '../wxpay/wxpay.http.js';
import type { CheckName } from './check-names.js';
import { skipped, warning, wrongAmong, type Check } from './check.js';
import { readGivenFile } from './given-file.js';
import type { GivenAccount } from './given-settings.js';
import { merchantCertificateChecks } from './merchant-certificate.js';
import { publicKeyCheck } from './wxpay-public-key.js';
import type { Route } from './wxpay-reach.js';
import { certificateAcceptedCheck, v2SignatureChecks } from './wxpay-v2.js';
import { v3SignatureChecks } from './wxpay-v3.js';

const FIELDS: readonly CheckName[] = ['settings', 'api-key', 'api-v3-key', 'public-key-id'];
const REACH: readonly CheckName[] = ['authority-file', 'wxpay-reachable'];
const CERTIFICATE: readonly CheckName[] = [
  'certificate-file',
  'key-file',
  'p12-file',
  'certificate-owner',
  'key-pair',
  'certificate-expiry',
];

/** The account's keys and certificates on the disk. */
export function fileChecks({ fields, names }: GivenAccount, now: Date): Check[] {
  const { api = 'v2', mchId, certPath, keyPath, p12Path, publicKeyPath } = fields;
  if (api === 'v1') return []; // it shows no certificate to anybody
  if (certPath === undefined || keyPath === undefined) return [skipped('certificate-file', ['settings'])];
  const certificate = readGivenFile(names.certPath, certPath);
  const key = readGivenFile(names.keyPath, keyPath);
  const p12 = p12Path === undefined ? undefined : readGivenFile(names.p12Path, p12Path);
  return [
    ...merchantCertificateChecks({ certificate, key, p12, mchId, api }, now),
    ...(publicKeyPath === undefined
      ? []
      : [publicKeyCheck(readGivenFile(names.publicKeyPath, publicKeyPath), certificate)]),
  ];
}

/**
 * What WeChat says to the account.
 * @param known the checks so far, the account's own and the whole service's
 * @param route undefined while it cannot be read how to get there
 */
export function conversationChecks(
  { account, fields }: GivenAccount,
  route: Route | undefined,
  known: readonly Check[],
  clock: Clock,
): Promise<Check[]> {
  const { api = 'v2' } = fields;
  if (api === 'v1') return Promise.resolve([NOT_TRIED]);
  const first = wrongAmong(known, api === 'v3' ? [...REACH, 'clock', ...CERTIFICATE] : REACH);
  if (account !== undefined && route !== undefined && first.length === 0)
    return api === 'v2' ? speakV2(account, route, known, clock) : speakV3(account, route, known, clock);
  const wrong = account === undefined || route === undefined ? wrongAmong(known, FIELDS) : [];
  const needed = [...wrong, ...first];
  const checks: CheckName[] =
    api === 'v2' ? ['signature', 'app-binding'] : ['signature', 'platform-certificates', 'answers'];
  return Promise.resolve(checks.map((each) => skipped(each, needed.length === 0 ? ['settings'] : needed)));
}

/** Its calls need the access_token that the service's instances share, and would take it from them. */
const NOT_TRIED = warning('signature', {
  found: 'API v1, the app gateway of 2014, is not tried out',
  todo: 'Pay one fen in the app. WeChat takes no new merchants on API v1; move to API v3 when you can.',
  zh: 'v1接口（2014年App支付）不在检查范围内；请用App实付1分钱验证，并尽早升级到v3接口。',
});

async function speakV2(
  account: MerchantAccount,
  route: Route,
  known: readonly Check[],
  clock: Clock,
): Promise<Check[]> {
  const needed = wrongAmong(known, CERTIFICATE);
  const hasCertificate = known.some(({ check, status }) => check === 'certificate-owner' && status === 'ok');
  const usable = needed.length === 0 && hasCertificate;
  const http = new WxPayHttp({ wxpay: { ...route, accounts: [usable ? account : bare(account)] } }, clock);
  try {
    const signature = await v2SignatureChecks(account, http);
    if (usable) return [...signature, await certificateAcceptedCheck(account, http)];
    return needed.length === 0 ? signature : [...signature, skipped('certificate-accepted', needed)];
  } finally {
    await http.onApplicationShutdown();
  }
}

async function speakV3(
  account: MerchantAccount,
  route: Route,
  known: readonly Check[],
  clock: Clock,
): Promise<Check[]> {
  const wxpay = {
    ...route,
    accounts: [{ ...bare(account), certPath: account.certPath, keyPath: account.keyPath }],
  };
  const http = new WxPayHttp({ wxpay }, clock);
  const credentials = new V3Credentials({ wxpay }, clock);
  const { publicKey } = account;
  const key =
    publicKey === undefined || wrongAmong(known, ['public-key-file']).length > 0
      ? undefined
      : { serial: publicKey.id, key: createPublicKey(readGivenFile('', publicKey.path).content ?? '') };
  try {
    const { serialNo } = credentials.signer(account);
    return await v3SignatureChecks(account, serialNo, key, new V3Request(http, credentials, clock));
  } finally {
    await http.onApplicationShutdown();
  }
}

/** Without files: they are checked by themselves, and one that is wrong would stop the calls that need none. */
function bare(account: MerchantAccount): MerchantAccount {
  return { ...account, certPath: '', keyPath: '', p12Path: undefined, publicKey: undefined };
}
