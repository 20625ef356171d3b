import { Clock } from '../common/time/clock.js';
import { conversationChecks, fileChecks } from './account.js';
import { appSecretCheck } from './app-secret.js';
import { attempt } from './attempt.js';
import { skipped, wrongAmong, type Check } from './check.js';
import { databaseChecks } from './database.js';
import {
  readGivenSettings,
  type GivenAccount,
  type GivenEnvironment,
  type GivenSettings,
} from './given-settings.js';
import { notifyUrlCheck } from './notify-url.js';
import { publicUrlCheck } from './public-url.js';
import { settingsChecks } from './settings-check.js';
import { simulatedClock } from './simulated-clock.js';
import { authorityCheck, reachChecks, type Route } from './wxpay-reach.js';

/**
 * Checks everything that can be checked, the service first, then account by account: what is wrong stops only what needs
 * it. Nothing that is asked of WeChat changes anything there.
 * @param environment as `readSettings` takes it
 * @param wall this machine's clock
 */
export async function examine(environment: NodeJS.ProcessEnv, wall = new Clock()): Promise<Check[]> {
  const given = readGivenSettings(environment);
  const clock = await simulatedClock(given.env, wall);
  const checks = [...settingsChecks(environment, given), ...(await serviceChecks(given, wall))];
  for (const account of given.accounts) {
    const known = checks.filter((each) => each.account === null || each.account === account.id);
    const found = await accountChecks(account, given, known, clock);
    checks.push(...found.map((check) => ({ ...check, account: account.id })));
  }
  return checks;
}

async function accountChecks(
  account: GivenAccount,
  given: GivenSettings,
  known: readonly Check[],
  clock: Clock,
): Promise<Check[]> {
  const files = fileChecks(account, clock.now());
  const route = routeOf(given.env);
  const talk = (): Promise<Check[]> => conversationChecks(account, route, [...known, ...files], clock);
  return [
    ...files,
    ...(await attempt('signature', talk)),
    ...(await appSecrets(account, given.env, known)),
    await notifyUrl(account, given, known),
  ];
}

async function serviceChecks({ env, raw }: GivenSettings, wall: Clock): Promise<Check[]> {
  const authority = authorityCheck(env.WXPAY_CA_PATH);
  const route = routeOf(env);
  const { DATABASE_URL: database } = env;
  const needed = wrongAmong(authority, ['authority-file']);
  return [
    ...authority,
    ...(route === undefined || needed.length > 0
      ? [skipped('wxpay-reachable', needed.length > 0 ? needed : ['settings'])]
      : await attempt('wxpay-reachable', () => reachChecks(route, wall))),
    publicUrlCheck(raw['PUBLIC_URL']),
    ...(database === undefined
      ? [skipped('database', ['settings'])]
      : await attempt('database', () => databaseChecks(database))),
  ];
}

/** @returns undefined when it cannot be read: the default instead would be another WeChat than the one that was meant */
function routeOf(env: GivenEnvironment): Route | undefined {
  const { WXPAY_BASE_URL: baseUrl, WXPAY_BACKUP_URL: backupUrl, WXPAY_TIMEOUT_MS: timeoutMs } = env;
  if (baseUrl === undefined || backupUrl === undefined || timeoutMs === undefined) return undefined;
  return { baseUrl, backupUrl, timeoutMs, caPath: env.WXPAY_CA_PATH };
}

/** Of the mini-program and the official account; the token of an app that is installed is not WeChat's to give. */
async function appSecrets(
  { fields, names }: GivenAccount,
  env: GivenEnvironment,
  known: readonly Check[],
): Promise<Check[]> {
  const { appId, appSecret, officialAppId, officialAppSecret } = fields;
  const { WECHAT_BASE_URL: baseUrl, WXPAY_TIMEOUT_MS: timeoutMs, WXPAY_CA_PATH: caPath } = env;
  if (appId === undefined || appSecret === undefined || baseUrl === undefined || timeoutMs === undefined)
    return [skipped('app-secret', ['settings'])];
  const needed = wrongAmong(known, ['authority-file']);
  if (needed.length > 0) return [skipped('app-secret', needed)];
  const route = { wechat: { baseUrl }, wxpay: { caPath, timeoutMs } };
  const checks = [await appSecretCheck({ appId, appSecret, name: names.appSecret }, route)];
  if (officialAppId !== undefined && officialAppSecret !== undefined) {
    const official = { appId: officialAppId, appSecret: officialAppSecret, name: names.officialAppSecret };
    checks.push(await appSecretCheck(official, route));
  }
  return checks;
}

async function notifyUrl(
  { id }: GivenAccount,
  { env, raw }: GivenSettings,
  known: readonly Check[],
): Promise<Check> {
  const needed = wrongAmong(known, ['public-url']);
  const { PUBLIC_URL: written } = raw;
  if (written === undefined || needed.length > 0) return skipped('notify-url', ['public-url']);
  return notifyUrlCheck(written, id, env.WXPAY_TIMEOUT_MS ?? 8000);
}
