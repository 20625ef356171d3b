import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { MoneyColumn } from '../database/money-column.js';

/** What the shop sells. `stock` is what may still be promised; the database refuses to let it fall below zero. */
@Entity('products')
export class Product {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('text')
  readonly name!: string;

  @Column('text')
  readonly description!: string;

  @Column('text', { nullable: true })
  readonly imageUrl!: string | null;

  @MoneyColumn()
  readonly priceFen!: Fen;

  @Column('integer')
  readonly stock!: number;

  /** Inactive products are neither listed nor sold; old orders keep their own copy. */
  @Column('boolean')
  readonly active!: boolean;

  @Column('timestamptz')
  readonly createdAt!: Date;
}
