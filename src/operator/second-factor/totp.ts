import { generateSecret, generateURI, verifySync } from 'otplib';

/** RFC 6238 as every authenticator has it: SHA-1, six digits, 30 seconds. A clock may be one step off. */
const TOLERANCE_SECONDS = 30;

export function newTotpSecret(): string {
  return generateSecret();
}

/** For the QR code; the issuer is the service's host, so that test and production stand apart in the app. */
export function totpUri(secret: string, username: string, publicUrl: string): string {
  return generateURI({ issuer: new URL(publicUrl).host, label: username, secret });
}

/**
 * The time step of a code that is right and newer than `lastStep`; undefined otherwise. Whoever looks over a shoulder
 * cannot use a code again (RFC 6238 §5.2).
 * @param now wall time
 */
export function acceptedStep(
  secret: string,
  code: string,
  lastStep: number | null,
  now: Date,
): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret, token: code, epoch, epochTolerance: TOLERANCE_SECONDS });
  if (!result.valid || !('timeStep' in result)) return undefined;
  return lastStep === null || result.timeStep > lastStep ? result.timeStep : undefined;
}
