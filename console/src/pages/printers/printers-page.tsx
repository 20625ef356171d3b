import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { Printer } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { PrinterDialog } from './printer-dialog.tsx';

/** The cloud says 在线，工作状态正常, 在线，工作状态不正常 (no paper) or 离线. */
const IN_ORDER = /^在线.*状态正常/;

export default function PrintersPage() {
  const t = useWords();
  const { can } = useSession();
  const [editing, setEditing] = useState<Printer | 'new'>();
  const add = can('printers.manage') && (
    <Button type="primary" onClick={() => setEditing('new')}>
      {t('printers.add')}
    </Button>
  );
  return (
    <>
      <ListPage<Printer>
        name="printers"
        title={t('printers.title')}
        label={t('printers.title')}
        load={(_, signal) => answered(api.GET('/api/v1/admin/printers', { signal }))}
        actions={add}
        empty={{ title: t('printers.empty'), hint: t('printers.emptyHint') }}
        columns={[
          { title: t('common.name'), phone: 'head', render: ({ name }) => name },
          {
            title: t('common.status'),
            phone: 'side',
            render: ({ enabled, fromSettings }) => (
              <span className="tag-row">
                <Tag tone={enabled ? 'good' : 'quiet'}>
                  {t(enabled ? 'common.enabled' : 'common.disabled')}
                </Tag>
                {fromSettings && <Tag tone="quiet">{t('printers.fromSettings')}</Tag>}
              </span>
            ),
          },
          { title: t('printers.sn'), render: ({ sn }) => <code>{sn}</code> },
          { title: t('printers.copies'), align: 'right', render: ({ copies }) => copies },
          {
            title: t('common.action'),
            render: (printer) => <PrinterButtons printer={printer} onEdit={() => setEditing(printer)} />,
          },
        ]}
      />
      {editing !== undefined && (
        <PrinterDialog
          {...(editing !== 'new' && { printer: editing })}
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  );
}

function PrinterButtons({ printer, onEdit }: { printer: Printer; onEdit: () => void }) {
  const t = useWords();
  const { can } = useSession();
  const [words, setWords] = useState<string>();
  const path = { params: { path: { id: printer.id } } };
  const ask = useAction(() => answered(api.GET('/api/v1/admin/printers/{id}/status', path)));
  const remove = useAction(
    (_, sent) => answered(api.DELETE('/api/v1/admin/printers/{id}', { ...path, ...sent })),
    { done: 'common.deleted' },
  );
  return (
    <span className="tag-row">
      <Button size="small" loading={ask.pending} onClick={async () => setWords((await ask.run())?.words)}>
        {t('printers.ask')}
      </Button>
      {words !== undefined && (
        <output>
          <Tag tone={IN_ORDER.test(words) ? 'good' : 'bad'}>{words}</Tag>
        </output>
      )}
      {can('printers.manage') && !printer.fromSettings && (
        <>
          <Button size="small" onClick={onEdit}>
            {t('common.edit')}
          </Button>
          <ConfirmButton
            size="small"
            danger
            question={t('printers.deleteAsk', { name: printer.name })}
            explanation={t('printers.deleteWhy')}
            onConfirm={() => remove.run()}
          >
            {t('common.delete')}
          </ConfirmButton>
        </>
      )}
    </span>
  );
}
