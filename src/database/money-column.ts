import { Column, type ColumnOptions } from 'typeorm';
import { toFen } from '../common/fen.js';

/** A bigint column of whole fen, read as `Fen`. The transformer refuses what a double cannot hold exactly (DESIGN §2.1). */
export function MoneyColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({
    ...options,
    type: 'bigint',
    transformer: {
      to: (value: number | null | undefined) => value,
      from: (value: string | number | null) => (value === null ? null : toFen(Number(value))),
    },
  });
}
