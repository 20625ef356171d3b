import { DEFAULT_ACCOUNT_NAMES } from '../config/environment.js';
import type { accountFields } from '../config/merchant-account.js';
import { readSettings, SettingsError } from '../config/settings.js';
import type { CheckName } from './check-names.js';
import { fault, ok, warning, type Check } from './check.js';
import type { GivenAccount, GivenSettings } from './given-settings.js';

type Field = keyof typeof accountFields;

/** Fields whose form is a check of its own. */
const OWN_CHECK: Partial<Record<Field, CheckName>> = {
  apiKey: 'api-key',
  apiKeyPrevious: 'api-key',
  apiV3Key: 'api-v3-key',
  apiV3KeyPrevious: 'api-v3-key',
  publicKeyId: 'public-key-id',
};

/** Every line the service would refuse to start with, and the form of each account's keys. */
export function settingsChecks(environment: NodeJS.ProcessEnv, given: GivenSettings): Check[] {
  const lines = refusals(environment).filter((line) => !line.startsWith('PUBLIC_URL ')); // `public-url` looks at it more closely
  const wrong = lines.map((line) => explain(line, given));
  const settings = wrong.some(({ check }) => check === 'settings')
    ? []
    : [ok('settings', 'all there and well formed')];
  return [...settings, ...wrong, ...given.accounts.flatMap(keyForms)];
}

function refusals(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.lines;
    throw error;
  }
}

function explain(line: string, given: GivenSettings): Check {
  const { account, field } = whose(line, given);
  const check = (field && OWN_CHECK[field]) ?? 'settings';
  const guide = line.startsWith('WXPAY_ACCOUNTS_FILE') ? 'docs/merchant-accounts.md' : '.env.example';
  const hint = field === undefined ? undefined : mistaken(field, account?.raw[field]);
  return {
    ...fault(check, {
      found: `${line}${hint === undefined ? '' : `; ${hint.found}`}`,
      todo: hint?.todo ?? `Set it as ${guide} explains.`,
      zh: hint?.zh ?? `配置项缺失或格式错误，请按 ${guide} 的说明填写。`,
    }),
    account: account?.id ?? null,
  };
}

function whose(
  line: string,
  { accounts }: GivenSettings,
): { account?: GivenAccount | undefined; field?: Field } {
  const variable = /^\w+/.exec(line)?.[0];
  const ofDefault = Object.entries(DEFAULT_ACCOUNT_NAMES).find(([, name]) => name === variable);
  if (ofDefault !== undefined) return { account: accounts[0], field: ofDefault[0] as Field };
  const [, index, id, field] =
    /^WXPAY_ACCOUNTS_FILE: (?:accounts\[(\d+)\]|([a-z0-9-]+))\.(\w+)/.exec(line) ?? [];
  if (field === undefined) return {};
  const account = accounts.find((each) => (id === undefined ? each.place === Number(index) : each.id === id));
  return { account, field: field as Field };
}

/** What a malformed value looks like; says lengths and kinds, never the value. */
function mistaken(field: Field, raw: unknown): { found: string; todo: string; zh: string } | undefined {
  if (typeof raw !== 'string') return undefined;
  if (field === 'publicKeyId' && /^[0-9A-F]{40}$/i.test(raw))
    return {
      found: 'what is given looks like the serial number of a certificate',
      todo: 'Copy the id that begins with PUB_KEY_ID_ from the merchant platform: 账户中心 → API安全 → 微信支付公钥.',
      zh: '填的是证书序列号，不是公钥ID；请在商户平台“账户中心→API安全→微信支付公钥”复制以 PUB_KEY_ID_ 开头的ID。',
    };
  if (OWN_CHECK[field] === undefined || field === 'publicKeyId') return undefined;
  const spaced = /^\s|\s$/.test(raw) ? ', with blanks around them' : '';
  return {
    found: `what is given has ${raw.length} characters${spaced}`,
    todo: 'Set exactly the 32 characters that were set in the merchant platform (账户中心 → API安全).',
    zh: `密钥应为32个字符，现为${raw.length}个；请填写在商户平台“账户中心→API安全”设置的密钥，前后不要有空格或引号。`,
  };
}

function keyForms({ id, fields }: GivenAccount): Check[] {
  const { apiKey, apiV3Key, publicKeyId, appSecret } = fields;
  const form = (check: CheckName, key: string): Check =>
    key === appSecret
      ? warning(check, {
          found: 'the same as the app secret',
          todo: 'Check that the app secret was not copied here: these keys are set in the merchant platform, the app secret in the mini-program’s.',
          zh: '与AppSecret相同，可能填错：该密钥在商户平台设置，AppSecret在小程序后台。',
        })
      : ok(check, '32 characters');
  return [
    ...(apiKey === undefined ? [] : [form('api-key', apiKey)]),
    ...(apiV3Key === undefined ? [] : [form('api-v3-key', apiV3Key)]),
    ...(publicKeyId === undefined ? [] : [ok('public-key-id', publicKeyId)]),
  ].map((check) => ({ ...check, account: id }));
}
