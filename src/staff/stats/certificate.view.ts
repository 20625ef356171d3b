import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { CertificateFacts } from '../../wxpay/account-certificates.js';
import type { CertificateView } from './stats.schema.js';

export function certificateView({ notBefore, notAfter, ...facts }: CertificateFacts): CertificateView {
  return { ...facts, notBefore: toBeijingIso(notBefore), notAfter: toBeijingIso(notAfter) };
}
