const DATE = '\\d{4}年\\d{1,2}月\\d{1,2}日';

/** What a value of each kind of keyword may be (protocol notes §3.3). */
const KINDS: Readonly<Record<string, RegExp>> = {
  thing: /^[^\n]{1,20}$/u,
  number: /^-?\d{1,32}(\.\d+)?$/,
  letter: /^[A-Za-z]{1,32}$/,
  symbol: /^[^\p{L}\p{N}\s]{1,5}$/u,
  character_string: /^[\x21-\x7e]{1,32}$/,
  time: new RegExp(`^(${DATE} )?\\d{1,2}:\\d{2}$`),
  date: new RegExp(`^${DATE}$`),
  amount: /^[¥￥$€]?\d{1,10}(\.\d{1,2})?元?$/,
  phone_number: /^\+?[\d-]{1,17}$/,
  car_number: /^\S{1,8}$/u,
  name: /^(\p{Script=Han}{1,10}|[A-Za-z ]{1,20})$/u,
  phrase: /^\p{Script=Han}{1,5}$/u,
};

/** Whether WeChat takes this value for this keyword, e.g. `thing1`. */
export function isTemplateValue(keyword: string, value: unknown): boolean {
  const kind = KINDS[keyword.replace(/\d+$/, '')];
  return typeof value === 'string' && kind !== undefined && kind.test(value);
}
