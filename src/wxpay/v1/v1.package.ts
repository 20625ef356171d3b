import { charsetNamed, toBytes } from './v1.charset.js';
import { escaped } from './v1.query-string.js';
import { signMd5 } from './v1.signature.js';

/**
 * What the gateway takes as `package` (protocol §4.1): the non-empty fields, sorted, each value escaped in the charset
 * that `input_charset` names (absent: GBK), and the MD5 over the raw ones as `sign`.
 * @throws Error for a charset the gateway does not know
 */
export function packageOf(fields: Readonly<Record<string, string>>, partnerKey: string): string {
  const charset = charsetNamed(fields['input_charset']);
  if (charset === undefined) throw new Error(`no charset of API v1: ${fields['input_charset']}`);
  const bytes = new Map(
    Object.entries(fields)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, toBytes(value, charset)]),
  );
  const pairs = [...bytes.keys()].sort().map((name) => `${name}=${escaped(bytes.get(name) ?? Buffer.of())}`);
  return [...pairs, `sign=${signMd5(bytes, partnerKey)}`].join('&');
}
