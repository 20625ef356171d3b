import { answered, api } from '../../api/client.ts';
import type { AuditEntry } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { OpenWord } from '../../i18n/open-word.tsx';
import { ExportButton } from '../../ui/export-button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { namesOf, type Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { Raw } from '../../ui/raw.tsx';
import { Time } from '../../ui/time.tsx';
import { ChainState } from './chain-state.tsx';
import { Subject } from './subject.tsx';

export default function AuditPage() {
  const t = useWords();
  const filters: Filter[] = [
    { kind: 'search', name: 'action', label: t('audit.filterAction') },
    { kind: 'search', name: 'subjectId', label: t('audit.filterSubject') },
    { kind: 'tab', names: ['operatorId'] },
  ];
  return (
    <ListPage<AuditEntry>
      name="audit"
      title={t('audit.title')}
      subtitle={t('audit.subtitle')}
      label={t('audit.title')}
      above={<ChainState />}
      filters={filters}
      load={(query, signal) => answered(api.GET('/api/v1/admin/audit-log', { params: { query }, signal }))}
      actions={<ExportButton path="audit-log.csv" names={namesOf(filters)} />}
      empty={{ title: t('audit.empty') }}
      details={(entry) => <Change entry={entry} />}
      columns={[
        {
          title: t('audit.action'),
          phone: 'head',
          render: ({ action }) => <OpenWord prefix="action" name={action} />,
        },
        {
          title: t('audit.who'),
          phone: 'side',
          render: ({ operatorId, operatorName }) => (operatorId === null ? t('audit.system') : operatorName),
        },
        {
          title: t('audit.subject'),
          render: ({ subjectKind, subjectId }) => <Subject kind={subjectKind} id={subjectId} />,
        },
        { title: t('audit.ip'), phone: 'hidden', render: ({ ip }) => <code>{ip ?? '—'}</code> },
        { title: t('common.time'), render: ({ at }) => <Time at={at} /> },
      ]}
    />
  );
}

function Change({ entry }: { entry: AuditEntry }) {
  const t = useWords();
  return (
    <div className="row-details">
      <Facts
        items={[
          [t('audit.before'), entry.before != null && <Raw value={entry.before} />],
          [t('audit.after'), entry.after != null && <Raw value={entry.after} />],
          [t('problem.requestId'), entry.requestId],
          [t('audit.hash'), <code>{entry.hash}</code>],
        ]}
      />
    </div>
  );
}
