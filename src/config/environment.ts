import { z } from 'zod';
import { expecting } from './expecting.js';
import { accountFields } from './merchant-account.js';
import { MESSAGES, readMessageTemplate, type MessageName } from './message-template.js';

/** Under which variable the environment says each field of the account `default`. */
export const DEFAULT_ACCOUNT_NAMES = {
  api: 'WXPAY_API',
  mchId: 'WXPAY_MCH_ID',
  appId: 'WXPAY_APP_ID',
  appSecret: 'WXPAY_APP_SECRET',
  appAppId: 'WXPAY_APP_APP_ID',
  appAppSecret: 'WXPAY_APP_APP_SECRET',
  officialAppId: 'WXPAY_OFFICIAL_APP_ID',
  officialAppSecret: 'WXPAY_OFFICIAL_APP_SECRET',
  apiKey: 'WXPAY_API_KEY',
  apiKeyPrevious: 'WXPAY_API_KEY_PREVIOUS',
  signType: 'WXPAY_SIGN_TYPE',
  apiV3Key: 'WXPAY_API_V3_KEY',
  apiV3KeyPrevious: 'WXPAY_API_V3_KEY_PREVIOUS',
  paySignKey: 'WXPAY_V1_PAY_SIGN_KEY',
  partner: 'WXPAY_V1_PARTNER',
  partnerKey: 'WXPAY_V1_PARTNER_KEY',
  publicKeyId: 'WXPAY_PUBLIC_KEY_ID',
  publicKeyPath: 'WXPAY_PUBLIC_KEY_PATH',
  certPath: 'WXPAY_CERT_PATH',
  keyPath: 'WXPAY_KEY_PATH',
  p12Path: 'WXPAY_P12_PATH',
  confirmNotify: 'WXPAY_CONFIRM_NOTIFY',
} as const satisfies Record<keyof typeof accountFields, string>;

type DefaultAccountVariables = {
  [
    Field in keyof typeof DEFAULT_ACCOUNT_NAMES as (typeof DEFAULT_ACCOUNT_NAMES)[Field]
  ]: (typeof accountFields)[Field];
};

const defaultAccountVariables = {
  ...(Object.fromEntries(
    Object.entries(DEFAULT_ACCOUNT_NAMES).map(([field, variable]) => [
      variable,
      accountFields[field as keyof typeof accountFields],
    ]),
  ) as DefaultAccountVariables),
  WXPAY_CERT_PATH: accountFields.certPath.default('certs/apiclient_cert.pem'),
  WXPAY_KEY_PATH: accountFields.keyPath.default('certs/apiclient_key.pem'),
};

const integerBetween = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));

const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((line) =>
      line
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));

const yesNo = z.enum(['true', 'false']).transform((word) => word === 'true');

const httpUrl = z.url({ protocol: /^https?$/ });

/** What is asked of whoever is there is said by us: a path or a query beside the origin would never be used. */
const origin = (protocol: RegExp) =>
  z
    .url({ protocol })
    // zod goes on after the first complaint
    .refine((url) => URL.canParse(url) && new URL(url).href === `${new URL(url).origin}/`);

/** In the terms of Fastify's `trustProxy`, which throws for anything else, a range of 0 bits included. */
const trustedProxy = z
  .union([z.enum(['loopback', 'linklocal', 'uniquelocal']), z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
  .refine((range) => !/\/0+$/.test(range));

/** A template of subscribe messages; without it the message is not sent. */
const template = (message: MessageName) =>
  expecting(
    `<template id>:<keyword>=<value>,… with values of ${MESSAGES[message].join(', ')} or "a fixed text"`,
    z
      .string()
      .max(2048)
      .transform((setting, context) => {
        const read = readMessageTemplate(message, setting);
        if (read === undefined) context.addIssue({ code: 'custom', message: 'is no template' });
        return read ?? z.NEVER;
      })
      .optional(),
  );

/** WeChat calls this origin from outside: https, except that a loopback host may stay plain for trying things out. */
const publicOrigin = httpUrl
  .refine((url) => {
    if (!URL.canParse(url)) return false; // zod goes on after the first complaint
    const { protocol, hostname, search, hash } = new URL(url);
    const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
    return search === '' && hash === '' && (protocol === 'https:' || loopback);
  })
  .transform((url) => url.replace(/\/+$/, ''));

/** Every variable the backend reads (CONTRACT §2), with defaults. Names and meaning are explained in .env.example. */
export const environmentSchema = z.object({
  NODE_ENV: expecting(
    'production, development or test',
    z.enum(['production', 'development', 'test']).default('production'),
  ),
  PORT: expecting('a port number, 0 for any free one', integerBetween(0, 65_535).default(3000)),
  HOST: expecting('an address to listen on, e.g. 0.0.0.0', z.string().max(255).default('0.0.0.0')),
  PUBLIC_URL: expecting(
    'the https:// address under which WeChat reaches this service, without query (http only for a loopback host)',
    publicOrigin,
  ),
  TRUSTED_PROXIES: expecting(
    'a comma-separated list of addresses, CIDR ranges such as 10.0.0.0/8, or loopback, linklocal, uniquelocal',
    list(trustedProxy).default([]),
  ),
  CORS_ORIGINS: expecting(
    'a comma-separated list of origins such as https://shop.example.com',
    list(httpUrl).default([]),
  ),
  DATABASE_URL: expecting(
    'a connection string such as postgres://user:password@host:5432/database',
    z.url({ protocol: /^postgres(ql)?$/ }),
  ),
  DATABASE_POOL_MAX: expecting('a number of connections from 2 to 200', integerBetween(2, 200).default(16)),
  DATABASE_QUERY_TIMEOUT_SECONDS: expecting('seconds from 1 to 3600', integerBetween(1, 3600).default(120)),
  BUYER_REQUESTS_PER_MINUTE: expecting('a number from 1 to 1000000', integerBetween(1, 1_000_000).optional()),
  ADDRESS_REQUESTS_PER_MINUTE: expecting(
    'a number from 1 to 1000000',
    integerBetween(1, 1_000_000).optional(),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: expecting(
    'the http(s) address of a collector, e.g. http://127.0.0.1:4318',
    httpUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  ),
  OTEL_SERVICE_NAME: expecting('a name', z.string().max(255).default('checkout')),
  OTEL_TRACES_SAMPLER_ARG: expecting(
    'a share of the traces from 0 to 1',
    z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/)
      .transform(Number)
      .default(1),
  ),
  METRICS_TOKEN: expecting(
    'a random secret of at least 16 characters',
    z.string().min(16).max(1024).optional(),
  ),
  LOG_LEVEL: expecting('debug, log, warn or error', z.enum(['debug', 'log', 'warn', 'error']).default('log')),
  SESSION_SECRET: expecting('a random secret of at least 32 characters', z.string().min(32).max(1024)),
  DATA_ENCRYPTION_KEY: expecting('a random secret of at least 32 characters', z.string().min(32).max(1024)),
  DATA_ENCRYPTION_KEY_PREVIOUS: expecting(
    'the DATA_ENCRYPTION_KEY before the last change',
    z.string().min(32).max(1024).optional(),
  ),
  SIM_CLOCK_URL: expecting("the simulator's http://…/_sim/clock", httpUrl.optional()),
  ORDER_EXPIRE_MINUTES: expecting('minutes from 2 to 10080', integerBetween(2, 7 * 24 * 60).default(20)),
  WECHAT_BASE_URL: expecting(
    'an http(s) address without a path',
    origin(/^https?$/).default('https://api.weixin.qq.com'),
  ),
  WECHAT_MESSAGE_TOKEN: expecting(
    'the token of the message push, 3 to 32 letters or digits',
    z
      .string()
      .regex(/^[0-9a-zA-Z]{3,32}$/)
      .optional(),
  ),
  WECHAT_ENCODING_AES_KEY: expecting(
    'the EncodingAESKey of the message push, 43 letters or digits',
    z
      .string()
      .regex(/^[0-9a-zA-Z]{43}$/)
      .optional(),
  ),
  WECHAT_TEMPLATE_ORDER_PAID: template('ORDER_PAID'),
  WECHAT_TEMPLATE_ORDER_SHIPPED: template('ORDER_SHIPPED'),
  WECHAT_TEMPLATE_REFUND_DECIDED: template('REFUND_DECIDED'),
  WECHAT_TEMPLATE_REFUND_RETURNED: template('REFUND_RETURNED'),
  WECHAT_TEMPLATE_STAFF_NEW_ORDER: template('STAFF_NEW_ORDER'),
  WECHAT_TEMPLATE_STAFF_REFUND_ASKED: template('STAFF_REFUND_ASKED'),
  WECHAT_TEMPLATE_STAFF_RECONCILIATION: template('STAFF_RECONCILIATION'),
  WECHAT_TEMPLATE_PAGE: expecting(
    'a page of the mini-program, e.g. pages/order/order?id={orderId}',
    z
      .string()
      .regex(/^[\w/-]+(\?[\w=&{}-]*)?$/)
      .max(1024)
      .optional(),
  ),
  ...defaultAccountVariables,
  WXPAY_ACCOUNTS_FILE: expecting(
    'the path of a JSON file with more merchant accounts',
    z.string().min(1).optional(),
  ),
  REFUND_WINDOW_DAYS: expecting('days from 0 to 365', integerBetween(0, 365).default(30)),
  REFUND_FOUR_EYES: expecting('true or false', yesNo.default(true)),
  REFUND_AUTO_APPROVE_MAX_FEN: expecting('an amount in fen', integerBetween(0, 999_999_999).default(0)),
  REFUND_SECOND_APPROVAL_MIN_FEN: expecting('an amount in fen', integerBetween(1, 999_999_999).optional()),
  REFUND_STEP_UP_MIN_FEN: expecting('an amount in fen', integerBetween(1, 999_999_999).optional()),
  SUSPENSE_LATE: expecting('return or hold', z.enum(['return', 'hold']).default('return')),
  SUSPENSE_DOUBLE: expecting('return or hold', z.enum(['return', 'hold']).default('return')),
  WEBHOOK_ALLOWED_HOSTS: expecting(
    'a comma-separated list of host names or addresses',
    list(z.string().max(253)).default([]),
  ),
  FEIE_USER: expecting("the Feie account's user name", z.string().min(1).max(128).optional()),
  FEIE_UKEY: expecting("the Feie account's UKEY", z.string().min(6).max(128).optional()),
  FEIE_SN: expecting(
    'the serial number on the bottom of the printer',
    z
      .string()
      .regex(/^[0-9A-Za-z]{6,20}$/)
      .optional(),
  ),
  FEIE_BASE_URL: expecting(
    'an http(s) address without a path',
    origin(/^https?$/).default('https://api.feieyun.cn'),
  ),
  WXPAY_BASE_URL: expecting(
    'an https address without a path',
    origin(/^https$/).default('https://api.mch.weixin.qq.com'),
  ),
  WXPAY_BACKUP_URL: expecting(
    'an https address without a path',
    origin(/^https$/).default('https://api2.mch.weixin.qq.com'),
  ),
  WXPAY_CA_PATH: expecting('the path of a PEM file', z.string().min(1).optional()),
  WXPAY_TIMEOUT_MS: expecting('milliseconds from 100 to 60000', integerBetween(100, 60_000).default(8000)),
});
