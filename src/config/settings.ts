import type { z } from 'zod';
import { readAccountsFile } from './accounts-file.js';
import { DEFAULT_ACCOUNT_NAMES, environmentSchema } from './environment.js';
import { expected } from './expecting.js';
import {
  missingKeys,
  toMerchantAccount,
  type AccountFields,
  type MerchantAccountSettings,
} from './merchant-account.js';
import type { MessageName } from './message-template.js';

/** Injection token of the application's settings. */
export const SETTINGS = Symbol('settings');

export type Settings = ReturnType<typeof readSettings>;

/** Thrown with every missing or malformed setting at once: one line each, with names and expectations, never values. */
export class SettingsError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(`The settings are not usable:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/**
 * Reads the environment once, into one typed object grouped by subsystem. Pure: `main.ts` gives it `process.env`,
 * tests give it plain objects.
 * @throws SettingsError naming each setting that is missing or malformed and what is expected there
 */
export function readSettings(environment: NodeJS.ProcessEnv) {
  const { env, accounts } = readEnvironment(environment);
  return {
    mode: env.NODE_ENV,
    http: {
      port: env.PORT,
      host: env.HOST,
      /** Without a trailing slash. */
      publicUrl: env.PUBLIC_URL,
      trustedProxies: env.TRUSTED_PROXIES,
      corsOrigins: env.CORS_ORIGINS,
      /** What one buyer, and one address, may ask of this instance; undefined: as much as they like. */
      buyerRequestsPerMinute: env.BUYER_REQUESTS_PER_MINUTE,
      addressRequestsPerMinute: env.ADDRESS_REQUESTS_PER_MINUTE,
    },
    database: {
      url: env.DATABASE_URL,
      poolMax: env.DATABASE_POOL_MAX,
      queryTimeoutMs: env.DATABASE_QUERY_TIMEOUT_SECONDS * 1000,
    },
    log: { level: env.LOG_LEVEL },
    /** Whoever shows it may read the metrics; undefined: nobody in production, anybody elsewhere. */
    metrics: { token: env.METRICS_TOKEN },
    /** Where traces go; without an endpoint there are none. `ratio`: how many of those that begin here. */
    tracing: {
      endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
      serviceName: env.OTEL_SERVICE_NAME,
      ratio: env.OTEL_TRACES_SAMPLER_ARG,
    },
    session: { secret: env.SESSION_SECRET },
    /** Newest first: the first seals, each opens. */
    data: { encryptionKeys: encryptionKeys(env) },
    clock: { simUrl: env.SIM_CLOCK_URL },
    refund: {
      windowDays: env.REFUND_WINDOW_DAYS,
      fourEyes: env.REFUND_FOUR_EYES,
      autoApproveMaxFen: env.REFUND_AUTO_APPROVE_MAX_FEN,
      /** From this cumulative amount on, two people approve; undefined: one is enough. */
      secondApprovalMinFen: env.REFUND_SECOND_APPROVAL_MIN_FEN,
      /** Above this cumulative amount the approver proves his second factor again; undefined: never. */
      stepUpMinFen: env.REFUND_STEP_UP_MIN_FEN,
    },
    /** What becomes of a payment of a closed order, and of a second payment of a paid one. */
    suspense: { late: env.SUSPENSE_LATE, double: env.SUSPENSE_DOUBLE },
    order: { expireMinutes: env.ORDER_EXPIRE_MINUTES },
    /** Hosts that deliveries may reach although they are not public. */
    webhook: { allowedHosts: env.WEBHOOK_ALLOWED_HOSTS },
    /** The account of the printer cloud, and the printer that prints each order unless others are added. */
    feie: feieAccount(env),
    wechat: {
      baseUrl: env.WECHAT_BASE_URL,
      /** The mini-program of the account `default`: its messages, shipping and message push. */
      appId: env.WXPAY_APP_ID,
      appSecret: env.WXPAY_APP_SECRET,
      /** The official account of the account `default`: its messages are answered as well. */
      officialAppId: env.WXPAY_OFFICIAL_APP_ID,
      /** Without it nobody may push messages to us. */
      messageToken: env.WECHAT_MESSAGE_TOKEN,
      encodingAesKey: env.WECHAT_ENCODING_AES_KEY,
      /** A message without a template is not sent. */
      templates: {
        ORDER_PAID: env.WECHAT_TEMPLATE_ORDER_PAID,
        ORDER_SHIPPED: env.WECHAT_TEMPLATE_ORDER_SHIPPED,
        REFUND_DECIDED: env.WECHAT_TEMPLATE_REFUND_DECIDED,
        REFUND_RETURNED: env.WECHAT_TEMPLATE_REFUND_RETURNED,
        STAFF_NEW_ORDER: env.WECHAT_TEMPLATE_STAFF_NEW_ORDER,
        STAFF_REFUND_ASKED: env.WECHAT_TEMPLATE_STAFF_REFUND_ASKED,
        STAFF_RECONCILIATION: env.WECHAT_TEMPLATE_STAFF_RECONCILIATION,
      } satisfies Record<MessageName, unknown>,
      /** Where a tap on a message leads; `{orderId}` stands for the order. */
      templatePage: env.WECHAT_TEMPLATE_PAGE,
    },
    wxpay: {
      baseUrl: env.WXPAY_BASE_URL,
      backupUrl: env.WXPAY_BACKUP_URL,
      /** A certificate authority beside the system's own (the simulator's); verification itself is never off. */
      caPath: env.WXPAY_CA_PATH,
      timeoutMs: env.WXPAY_TIMEOUT_MS,
      /** `default` first: the environment describes it. */
      accounts,
    },
  };
}

/**
 * The database alone, for commands that need nothing else.
 * @throws SettingsError
 */
export function readDatabaseUrl(environment: NodeJS.ProcessEnv): string {
  const url = environmentSchema.shape.DATABASE_URL.safeParse(environment['DATABASE_URL']);
  if (url.success) return url.data;
  throw new SettingsError([describeWrong('DATABASE_URL', !environment['DATABASE_URL'])]);
}

/**
 * The keys of sealed columns alone, for `npm run keys:rotate`.
 * @throws SettingsError
 */
export function readEncryptionKeys(environment: NodeJS.ProcessEnv): string[] {
  const { DATA_ENCRYPTION_KEY, DATA_ENCRYPTION_KEY_PREVIOUS } = environmentSchema.shape;
  const current = DATA_ENCRYPTION_KEY.safeParse(environment['DATA_ENCRYPTION_KEY']);
  const previous = DATA_ENCRYPTION_KEY_PREVIOUS.safeParse(
    environment['DATA_ENCRYPTION_KEY_PREVIOUS'] || undefined,
  );
  if (current.success && previous.success)
    return encryptionKeys({ DATA_ENCRYPTION_KEY: current.data, DATA_ENCRYPTION_KEY_PREVIOUS: previous.data });
  const name = current.success ? 'DATA_ENCRYPTION_KEY_PREVIOUS' : 'DATA_ENCRYPTION_KEY';
  throw new SettingsError([describeWrong(name, !environment[name])]);
}

function encryptionKeys(
  env: Pick<z.infer<typeof environmentSchema>, 'DATA_ENCRYPTION_KEY' | 'DATA_ENCRYPTION_KEY_PREVIOUS'>,
): string[] {
  return [env.DATA_ENCRYPTION_KEY, env.DATA_ENCRYPTION_KEY_PREVIOUS].filter((key) => key !== undefined);
}

/**
 * Everything is looked at, however much is wrong: whoever sets it up mends it in one go.
 * @throws SettingsError
 */
function readEnvironment(environment: NodeJS.ProcessEnv): {
  env: z.infer<typeof environmentSchema>;
  accounts: readonly MerchantAccountSettings[];
} {
  // `NAME=` in an env file means "not set", so that a copied .env.example names what is missing.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read = environmentSchema.safeParse(given);
  const malformed = new Set(read.error?.issues.map((issue) => String(issue.path[0])));
  const file = given['WXPAY_ACCOUNTS_FILE'];
  const more = file === undefined ? { accounts: [], wrong: [] } : readAccountsFile(file);
  const wrong = [
    ...[...malformed].map((name) => describeWrong(name, given[name] === undefined)),
    ...missingKeys(accountFieldsOf(given), DEFAULT_ACCOUNT_NAMES),
    ...contradictions(given).filter((line) => !malformed.has(line.slice(0, line.indexOf(' ')))),
    ...more.wrong,
  ];
  if (!read.success || wrong.length > 0) throw new SettingsError(wrong);
  const { data: env } = read;
  const first = toMerchantAccount('default', accountFieldsOf(env) as AccountFields, DEFAULT_ACCOUNT_NAMES);
  if (Array.isArray(first)) throw new SettingsError(first);
  return { env, accounts: [first, ...more.accounts] };
}

/** One line for each thing that is wrong only beside another, well formed or not. */
function contradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  const { NODE_ENV = 'production', SIM_CLOCK_URL, FEIE_USER, FEIE_UKEY, FEIE_SN } = given;
  return [
    ...(NODE_ENV === 'production' && SIM_CLOCK_URL !== undefined
      ? ['SIM_CLOCK_URL is refused in production: business time would follow a simulator']
      : []),
    ...(FEIE_USER !== undefined && FEIE_UKEY === undefined ? [describeWrong('FEIE_UKEY', true)] : []),
    ...(FEIE_USER === undefined && (FEIE_UKEY !== undefined || FEIE_SN !== undefined)
      ? [describeWrong('FEIE_USER', true)]
      : []),
  ];
}

function accountFieldsOf<Value>(env: Readonly<Record<string, Value>>): Record<string, Value | undefined> {
  return Object.fromEntries(
    Object.entries(DEFAULT_ACCOUNT_NAMES).map(([field, variable]) => [field, env[variable]]),
  );
}

function feieAccount(
  env: z.infer<typeof environmentSchema>,
): { user: string; ukey: string; sn: string | undefined; baseUrl: string } | undefined {
  const { FEIE_USER: user, FEIE_UKEY: ukey, FEIE_SN: sn, FEIE_BASE_URL: baseUrl } = env;
  return user === undefined || ukey === undefined ? undefined : { user, ukey, sn, baseUrl };
}

function describeWrong(name: string, missing: boolean): string {
  const schema: z.ZodType | undefined = Object.entries(environmentSchema.shape).find(
    ([key]) => key === name,
  )?.[1];
  return `${name} is ${missing ? 'missing' : 'malformed'}: expected ${expected(schema)}`;
}
