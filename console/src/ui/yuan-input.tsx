import { Input } from 'antd';
import { useState, type ComponentProps } from 'react';
import { parseYuan, yuanText } from './fen.ts';

type Props = Omit<ComponentProps<typeof Input>, 'value' | 'onChange'> & {
  value?: number | undefined;
  onChange?: (fen: number | undefined) => void;
  /** When the field is left, or Enter pressed. */
  onEnd?: (fen: number | undefined) => void;
};

/** A field in yuan whose value is integer fen; undefined while what stands in it is no amount. */
export function YuanInput({ value, onChange, onEnd, ...rest }: Props) {
  const [text, setText] = useState(value === undefined ? '' : yuanText(value));
  const unreadable = text !== '' && parseYuan(text) === undefined;
  return (
    <Input
      {...rest}
      prefix="¥"
      inputMode="decimal"
      autoComplete="off"
      status={unreadable ? 'error' : undefined}
      onPressEnter={() => onEnd?.(parseYuan(text))}
      onBlur={() => onEnd?.(parseYuan(text))}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange?.(parseYuan(event.target.value));
      }}
    />
  );
}
