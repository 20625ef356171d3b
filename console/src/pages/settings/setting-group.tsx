import type { Settings } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { openWord } from '../../i18n/open-word.tsx';
import { formatFen } from '../../ui/fen.ts';
import { Panel } from '../../ui/page.tsx';
import { SimpleTable } from '../../ui/simple-table.tsx';
import { Tag } from '../../ui/status-tag.tsx';

type Group = Settings['groups'][number];

export function SettingGroup({ group: { name, items } }: { group: Group }) {
  const t = useWords();
  const title = openWord(t, 'settings.group', name);
  return (
    <Panel title={title} flush>
      <SimpleTable
        label={title}
        rows={items}
        columns={[
          { title: t('settings.name'), render: (item) => <code>{item.name}</code> },
          { title: t('settings.value'), render: (item) => <Value item={item} /> },
        ]}
      />
    </Panel>
  );
}

function Value({ item: { name, secret, set, value } }: { item: Group['items'][number] }) {
  const t = useWords();
  if (secret) return <Tag tone={set ? 'good' : 'quiet'}>{t(set ? 'settings.isSet' : 'settings.notSet')}</Tag>;
  if (value === null || value === '') return <span className="muted">{t('settings.notSet')}</span>;
  return <span className="setting-value">{name.endsWith('_FEN') ? formatFen(Number(value)) : value}</span>;
}
