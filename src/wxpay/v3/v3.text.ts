import { sentText } from '../sent-text.js';

/**
 * Text as API v3 takes it: only characters of one to three bytes (protocol §2.1); emoji and the like are left out. What
 * is left of a text that had nothing else is `instead`.
 */
export function threeByteText(text: string, instead: string): string {
  const left = sentText(text)
    .replace(/[\u{10000}-\u{10FFFF}]/gu, '')
    .trim();
  return left === '' ? instead : left;
}
