import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { MoneyColumn } from '../database/money-column.js';

/** One line of an order, copied from the catalogue at purchase time: later price changes never touch it. */
@Entity('order_items')
export class OrderItem {
  @PrimaryColumn('uuid')
  readonly orderId!: string;

  /** 0-based position in the order. */
  @PrimaryColumn('integer')
  readonly line!: number;

  @Column('uuid')
  readonly productId!: string;

  @Column('text')
  readonly name!: string;

  @MoneyColumn()
  readonly unitPriceFen!: Fen;

  @Column('integer')
  readonly quantity!: number;

  /** What this line costs after its share of the discount. */
  @MoneyColumn()
  readonly payableFen!: Fen;
}
