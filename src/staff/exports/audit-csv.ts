import type { AuditEntryView } from '../../operator/audit/audit-log.schema.js';
import { ACTION_WORDS, SUBJECT_WORDS } from './audit-words.js';
import { wordOf, type Column } from './csv.js';

export const AUDIT_COLUMNS: readonly Column<AuditEntryView>[] = [
  { head: { zh: '序号', en: 'row' }, cell: ({ id }) => id },
  { head: { zh: '时间', en: 'time' }, cell: ({ at }) => at.slice(0, 19).replace('T', ' ') },
  { head: { zh: '操作人', en: 'operator' }, cell: ({ operatorName }) => operatorName },
  {
    head: { zh: '操作', en: 'action' },
    cell: ({ action }, language) => wordOf(ACTION_WORDS, action, language),
  },
  // What the hash covers, and what the list is filtered by.
  { head: { zh: '操作代码', en: 'action code' }, cell: ({ action }) => action },
  {
    head: { zh: '对象', en: 'subject' },
    cell: ({ subjectKind }, language) => wordOf(SUBJECT_WORDS, subjectKind, language),
  },
  { head: { zh: '对象编号', en: 'subject id' }, cell: ({ subjectId }) => subjectId },
  { head: { zh: '之前', en: 'before' }, cell: ({ before }) => json(before) },
  { head: { zh: '之后', en: 'after' }, cell: ({ after }) => json(after) },
  { head: { zh: 'IP 地址', en: 'address' }, cell: ({ ip }) => ip ?? '' },
  { head: { zh: '请求编号', en: 'request id' }, cell: ({ requestId }) => requestId ?? '' },
  // With it a copy shows, years later, that the log still says the same.
  { head: { zh: '链上哈希', en: 'hash' }, cell: ({ hash }) => hash },
];

function json(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
