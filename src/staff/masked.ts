/** What an openid looks like at WeChat, wherever it stands. */
const OPENID = /(?<![\w-])o[\w-]{27}(?![\w-])/g;
const NAMES_A_PERSON = /(?:openid|unionid)$/i;
/**
 * The value of such a field in XML and in JSON, also when the message was cut off inside it. No repetition runs past
 * the next tag, so that a hostile message costs linear time.
 */
const IN_XML = /(<\w*(?:openid|unionid|FromUserName)\b[^<>]*>\s*(?:<!\[CDATA\[)?)([^<\]]*)/gi;
const IN_JSON = /("\w*(?:openid|unionid|FromUserName)"\s*:\s*")([^"]*)/gi;
const SIGNATURE = /<(sign|AppSignature)\b[^<>]*>.*?(?:<\/\1>|$)/gis;
const SIGN_FIELD = /(?<![^&])sign=[^&]*&?/g;

const SHOWN = 4;

/** Enough to tell two people apart, too little to be one (A25). */
export function maskOpenid(openid: string): string {
  return openid.length > 2 * SHOWN ? `***${openid.slice(-SHOWN)}` : '***';
}

/** A message of WeChat's for people: openids masked, the signature left out. Believed or not, it goes the same way. */
export function maskMessage(text: string): string {
  const mask = (_: string, before: string, value: string) => before + (value === '' ? '' : maskOpenid(value));
  return text.replace(SIGNATURE, '').replace(IN_XML, mask).replace(IN_JSON, mask).replace(OPENID, maskOpenid);
}

/** The query string of a notification (API v1) for people. */
export function maskQuery(query: string): string {
  return maskMessage(query.replace(SIGN_FIELD, ''));
}

/** What WeChat said of a payment, field by field, for people. */
export function maskFields(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name !== 'sign')
      .map(([name, value]) => [
        name,
        NAMES_A_PERSON.test(name) ? maskOpenid(value) : value.replace(OPENID, maskOpenid),
      ]),
  );
}
