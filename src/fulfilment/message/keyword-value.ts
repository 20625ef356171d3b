import type { KeywordKind } from '../../config/message-template.js';
import type { Fen } from '../../common/fen.js';
import { toCompactBeijing } from '../../common/time/beijing-time.js';
import { yuan } from '../../common/yuan.js';

/** What a message has to say in one keyword. */
export type SourceValue = { text: string } | { fen: Fen } | { at: Date };

/**
 * The value as WeChat takes it (protocol §3.3): what a kind of keyword does not allow is left out, what is too long is
 * cut, what is empty gets a word of its own, because one wrong value refuses the whole message (47003).
 */
export function keywordValue(kind: KeywordKind, value: SourceValue): string {
  const text = textOf(value);
  switch (kind) {
    case 'thing':
      return shortened(text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim(), 20) || '无';
    case 'character_string':
      return cut(text.replace(/[^\x21-\x7e]/g, ''), 32) || '-';
    case 'number':
      return cut(/\d+(\.\d+)?/.exec(text)?.[0] ?? '0', 32).replace(/\.$/, '');
    case 'letter':
      return cut(text.replace(/[^A-Za-z]/g, ''), 32) || 'NA';
    case 'symbol':
      return cut(text.replace(/[^!#$%&*+=?@~-]/g, ''), 5) || '-';
    case 'amount':
      return 'fen' in value ? yuan(value.fen) : '¥0.00';
    case 'time':
    case 'date':
      return 'at' in value ? moment(value.at, kind) : '-';
    case 'phone_number':
      return phone(text) || '0';
    case 'car_number':
      return cut(text.replace(/[^\p{Script=Han}A-Za-z0-9]/gu, ''), 8) || '-';
    case 'name':
      return name(text) || '顾客';
    case 'phrase':
      return cut(han(text), 5) || '通知';
  }
}

function textOf(value: SourceValue): string {
  if ('text' in value) return value.text;
  return 'fen' in value ? yuan(value.fen) : moment(value.at, 'time');
}

/** `2026年11月21日 20:05` in UTC+8. */
function moment(at: Date, kind: 'time' | 'date'): string {
  const digits = toCompactBeijing(at);
  const [month, day] = [Number(digits.slice(4, 6)), Number(digits.slice(6, 8))];
  const date = `${digits.slice(0, 4)}年${month}月${day}日`;
  return kind === 'date' ? date : `${date} ${digits.slice(8, 10)}:${digits.slice(10, 12)}`;
}

function phone(text: string): string {
  const digits = cut(text.replace(/\D/g, ''), 16);
  return digits && text.trimStart().startsWith('+') ? `+${digits}` : digits;
}

/** Ten Chinese characters or twenty letters. */
function name(text: string): string {
  const chinese = cut(han(text), 10);
  return chinese || cut(text.replace(/[^A-Za-z ]/g, ''), 20).trim();
}

function han(text: string): string {
  return text.replace(/\P{Script=Han}/gu, '');
}

/** WeChat counts characters, not bytes. */
function cut(text: string, length: number): string {
  return [...text].slice(0, length).join('');
}

function shortened(text: string, length: number): string {
  return [...text].length <= length ? text : `${cut(text, length - 1)}…`;
}
