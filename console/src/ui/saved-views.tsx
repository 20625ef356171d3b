import { StarOutlined } from '@ant-design/icons';
import { Button, Input, Popover } from 'antd';
import { useState } from 'react';
import { useWords } from '../i18n/language.tsx';
import type { FilterValues } from './use-filters.ts';

interface View {
  name: string;
  values: FilterValues;
}

/** Filters under a name, on this device. */
export function SavedViews({
  list,
  values,
  onChoose,
}: {
  list: string;
  values: FilterValues;
  onChoose: (values: FilterValues) => void;
}) {
  const t = useWords();
  const storedAs = `console.views.${list}`;
  const [views, setViews] = useState<View[]>(() => read(storedAs));
  const [name, setName] = useState('');
  const keep = (changed: View[]) => {
    localStorage.setItem(storedAs, JSON.stringify(changed));
    setViews(changed);
  };
  const save = () => {
    const wanted = name.trim();
    if (wanted === '') return;
    keep([...views.filter((view) => view.name !== wanted), { name: wanted, values }]);
    setName('');
  };
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={t('views.title')}
      content={
        <div className="saved-views">
          {views.length === 0 && <p className="muted">{t('views.none')}</p>}
          {views.map((view) => (
            <div key={view.name} className="saved-view">
              <Button type="link" onClick={() => onChoose(view.values)}>
                {view.name}
              </Button>
              <Button
                type="text"
                size="small"
                aria-label={t('views.forget', { name: view.name })}
                onClick={() => keep(views.filter((other) => other !== view))}
              >
                ×
              </Button>
            </div>
          ))}
          {Object.keys(values).length > 0 && (
            <Input.Search
              enterButton={t('common.save')}
              aria-label={t('views.name')}
              placeholder={t('views.name')}
              maxLength={24}
              value={name}
              onChange={(event) => setName(event.target.value)}
              onSearch={save}
            />
          )}
        </div>
      }
    >
      <Button icon={<StarOutlined />}>{t('views.title')}</Button>
    </Popover>
  );
}

function read(storedAs: string): View[] {
  try {
    return JSON.parse(localStorage.getItem(storedAs) ?? '[]') as View[];
  } catch {
    return []; // somebody edited it; the views are only a convenience
  }
}
