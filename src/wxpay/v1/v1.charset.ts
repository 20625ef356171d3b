import iconv from 'iconv-lite';

/** The two the gateway knows by `input_charset`. */
export type V1Charset = 'GBK' | 'UTF-8';

/** @returns undefined for any other; where nothing is said it is GBK (protocol §4.3) */
export function charsetNamed(inputCharset: string | undefined): V1Charset | undefined {
  const name = (inputCharset ?? 'GBK').toUpperCase();
  return name === 'GBK' || name === 'UTF-8' ? name : undefined;
}

/** What GBK lacks (emoji) becomes `?`; UTF-8 loses nothing. */
export function toBytes(text: string, charset: V1Charset): Buffer {
  return iconv.encode(text, charset);
}

export function toText(bytes: Buffer, charset: V1Charset): string {
  return iconv.decode(bytes, charset);
}
