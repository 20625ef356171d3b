import { BillUnreadable, type BillLine } from './bill-lines.js';

/**
 * Free text of the shop and of the buyer, side by side in a trade bill, and the remark of a fund flow: the only cells that
 * can hold what looks like a divider.
 */
const FREE_TEXT = ['商品名称', '商户数据包', '备注'];

/** Reads the cells of one bill by the names in its header, whatever their order and number (protocol §1.10). */
export class Columns {
  private readonly width: number;
  private readonly freeFrom: number;
  private readonly freeTo: number;

  constructor(private readonly header: readonly string[]) {
    this.width = header.length;
    const free = FREE_TEXT.map((name) => header.indexOf(name)).filter((index) => index >= 0);
    this.freeFrom = Math.min(...free);
    this.freeTo = Math.max(...free);
  }

  /**
   * Where the first of these names stands: layouts call one thing by several.
   * @throws BillUnreadable when it has none of them
   */
  index(...names: readonly string[]): number {
    const found = this.find(...names);
    if (found === undefined) throw new BillUnreadable(`it has no column ${names.join(' or ')}`);
    return found;
  }

  find(...names: readonly string[]): number | undefined {
    const index = names.map((name) => this.header.indexOf(name)).find((at) => at >= 0);
    return index;
  }

  /**
   * As many cells as there are columns. A buyer who writes a divider into his order's text gets no say in the columns
   * after it: they are counted from the end.
   * @throws BillUnreadable
   */
  align({ number, cells }: BillLine): string[] {
    const surplus = cells.length - this.width;
    if (surplus === 0) return cells;
    if (surplus < 0 || !Number.isFinite(this.freeFrom))
      throw new BillUnreadable(`line ${number} has ${cells.length} values for ${this.width} columns`);
    return [
      ...cells.slice(0, this.freeFrom),
      ...this.header.slice(this.freeFrom, this.freeTo + 1).map(() => ''),
      ...cells.slice(this.freeTo + 1 + surplus),
    ];
  }
}

/** @throws BillUnreadable naming the line, never the value */
export function read<Value>(
  line: BillLine,
  cells: readonly string[],
  index: number,
  what: string,
  parse: (text: string) => Value | undefined,
): Value {
  const value = parse(cells[index] ?? '');
  if (value === undefined) throw new BillUnreadable(`line ${line.number}: ${what} cannot be read`);
  return value;
}
