import { DatePicker, Input, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useWords } from '../i18n/language.tsx';
import type { FilterValues } from './use-filters.ts';
import { YuanInput } from './yuan-input.tsx';

export type Filter =
  | { kind: 'search'; name: string; label: string }
  | { kind: 'choice'; name: string; label: string; options: readonly { value: string; label: string }[] }
  /** Two days, both counted in: `from` and `to`. */
  | { kind: 'period' }
  /** Two amounts, both counted in: `minFen` and `maxFen`. */
  | { kind: 'amounts' }
  /** Set by something else on the page, or by a link. */
  | { kind: 'tab'; names: readonly string[] };

export function namesOf(filters: readonly Filter[]): string[] {
  return filters.flatMap((filter) => {
    if (filter.kind === 'period') return ['from', 'to'];
    if (filter.kind === 'amounts') return ['minFen', 'maxFen'];
    return filter.kind === 'tab' ? filter.names : [filter.name];
  });
}

interface BarProps {
  filters: readonly Filter[];
  values: FilterValues;
  onChange: (changes: Readonly<Record<string, string | undefined>>) => void;
}

export function FilterBar({ filters, values, onChange }: BarProps) {
  const t = useWords();
  if (filters.length === 0) return null;
  return (
    <search className="filter-bar" aria-label={t('list.filters')}>
      {filters.map((filter) => {
        if (filter.kind === 'period') return <Period key="period" values={values} onChange={onChange} />;
        if (filter.kind === 'amounts') return <Amounts key="amounts" values={values} onChange={onChange} />;
        if (filter.kind === 'tab') return null;
        const { name, label } = filter;
        if (filter.kind === 'search')
          return <SearchBox key={name} name={name} label={label} value={values[name]} onChange={onChange} />;
        return (
          <Select
            key={name}
            className="filter-choice"
            aria-label={label}
            placeholder={label}
            allowClear
            options={[...filter.options]}
            value={values[name] ?? null}
            onChange={(value: string | undefined) => onChange({ [name]: value })}
          />
        );
      })}
    </search>
  );
}

function SearchBox({
  name,
  label,
  value = '',
  onChange,
}: {
  name: string;
  label: string;
  value: string | undefined;
  onChange: BarProps['onChange'];
}) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    // The address changed under the field: back, a saved view, filters cleared.
    setKnown(value);
    setText(value);
  }
  return (
    <Input.Search
      className="filter-search"
      aria-label={label}
      placeholder={label}
      allowClear
      value={text}
      onChange={(event) => setText(event.target.value)}
      onSearch={(wanted) => onChange({ [name]: wanted.trim() })}
    />
  );
}

function day(text: string | undefined): Dayjs | null {
  return text === undefined ? null : dayjs(text.slice(0, 10));
}

function Period({ values, onChange }: Pick<BarProps, 'values' | 'onChange'>) {
  const t = useWords();
  return (
    <DatePicker.RangePicker
      className="filter-period"
      aria-label={t('list.period')}
      allowEmpty={[true, true]}
      value={[day(values['from']), day(values['to'])]}
      onChange={(days) =>
        onChange({ from: days?.[0]?.format('YYYY-MM-DD'), to: days?.[1]?.format('YYYY-MM-DD') })
      }
    />
  );
}

function Amounts({ values, onChange }: Pick<BarProps, 'values' | 'onChange'>) {
  const t = useWords();
  return (
    <span className="filter-amounts">
      {(['minFen', 'maxFen'] as const).map((name) => (
        <YuanInput
          key={`${name} ${values[name] ?? ''}`}
          aria-label={t(`list.${name}`)}
          placeholder={t(`list.${name}`)}
          value={values[name] === undefined ? undefined : Number(values[name])}
          onEnd={(fen) => onChange({ [name]: fen === undefined ? undefined : String(fen) })}
        />
      ))}
    </span>
  );
}
