/**
 * Text as WeChat can read it back unchanged, which is what the signature is over: no parser takes most control characters,
 * U+FFFE and U+FFFF or half a pair in XML, and each makes a line feed of CR LF. Control characters become a blank, the
 * others go; the bytes never grow, so what was cut to WeChat's limit still fits. The same text gives the same, always.
 */
export function sentText(text: string): string {
  return text.replace(/\r\n|\p{Cc}/gu, ' ').replace(/[\p{Cs}\uFFFE\uFFFF]/gu, '');
}
