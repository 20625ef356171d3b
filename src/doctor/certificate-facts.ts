import type { X509Certificate } from 'node:crypto';
import type { CheckName } from './check-names.js';
import { fault, ok, skipped, warning, type Check } from './check.js';

const DAY_MS = 24 * 3600 * 1000;
const RENEW_DAYS = 30;
/** What a serial number of WeChat's looks like. */
const SERIAL = /^[0-9A-F]{40}$/;

export const APPLY_AGAIN = 'the merchant platform, 账户中心 → API安全 → 商户API证书';

/** The checks below, for when there is no certificate to look at. */
export function withoutCertificate(needed: CheckName): Check[] {
  const checks = ['certificate-owner', 'certificate-serial', 'certificate-expiry'] as const;
  return checks.map((each) => skipped(each, [needed]));
}

/** What the certificate itself says: whose, which, how long. */
export function certificateChecks(
  certificate: X509Certificate,
  mchId: string | undefined,
  now: Date,
): Check[] {
  const { serialNumber: serial } = certificate;
  return [
    ownerCheck(certificate, mchId),
    SERIAL.test(serial)
      ? ok('certificate-serial', serial)
      : warning('certificate-serial', {
          found: `${serial}: WeChat's serial numbers have 40 digits`,
          todo: `Compare it with the one that ${APPLY_AGAIN} shows.`,
          zh: '证书序列号不是40位，可能不是微信支付签发的证书；请与商户平台显示的序列号核对。',
        }),
    expiryCheck(certificate, now),
  ];
}

export function ownerCheck(certificate: X509Certificate, mchId: string | undefined): Check {
  const { CN: owner, O: organization } = certificate.toLegacyObject().subject as {
    CN?: string;
    O?: string;
  };
  if (mchId === undefined) return skipped('certificate-owner', ['settings']);
  if (owner === mchId) return ok('certificate-owner', `merchant ${mchId}`);
  if (certificate.ca)
    return fault('certificate-owner', {
      found: `this is the certificate of an authority (${owner ?? 'nameless'}), not of a merchant`,
      todo: 'Use apiclient_cert.pem; rootca.pem and ca.pem are no merchant certificates.',
      zh: '这是CA根证书，不是商户API证书；请使用 apiclient_cert.pem。',
    });
  if (organization === 'Tenpay.com' || /tenpay/i.test(owner ?? ''))
    return fault('certificate-owner', {
      found: `this is WeChat Pay's platform certificate ("${owner ?? ''}"), not the merchant's API certificate`,
      todo: 'Use apiclient_cert.pem, which the certificate tool made. The platform certificate needs no setting: it is downloaded.',
      zh: '这是微信支付平台证书，不是商户API证书；请使用证书工具生成的 apiclient_cert.pem，平台证书会自动下载，无需配置。',
    });
  return fault('certificate-owner', {
    found: `issued to ${owner ?? 'nobody'}, but the merchant number is ${mchId}`,
    todo: `Use the certificate of merchant ${mchId}, or set the merchant number right.`,
    zh: `证书属于 ${owner ?? '未知'}，而配置的商户号是 ${mchId}；请使用该商户号的证书，或更正商户号。`,
  });
}

function expiryCheck({ validFromDate, validToDate }: X509Certificate, now: Date): Check {
  if (validToDate < now)
    return fault('certificate-expiry', {
      found: `expired on ${day(validToDate)}`,
      todo: `Apply for a new certificate: ${APPLY_AGAIN}.`,
      zh: `证书已于 ${day(validToDate)} 过期；请在商户平台“账户中心→API安全”更换证书。`,
    });
  if (validFromDate > now)
    return fault('certificate-expiry', {
      found: `only valid from ${day(validFromDate)}`,
      todo: "Check this machine's date.",
      zh: `证书自 ${day(validFromDate)} 起才有效；请检查本机日期。`,
    });
  const daysLeft = Math.floor((validToDate.getTime() - now.getTime()) / DAY_MS);
  if (daysLeft < RENEW_DAYS)
    return warning('certificate-expiry', {
      found: `expires on ${day(validToDate)}, in ${daysLeft} days`,
      todo: `Apply for a new certificate now: ${APPLY_AGAIN}.`,
      zh: `证书将于 ${day(validToDate)} 过期（剩余${daysLeft}天）；请尽快在商户平台更换。`,
    });
  return ok('certificate-expiry', `until ${day(validToDate)}`);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
