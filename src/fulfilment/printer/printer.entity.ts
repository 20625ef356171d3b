import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A receipt printer of the account in the settings. */
@Entity('printers')
export class Printer {
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('text')
  readonly name!: string;

  /** The serial number on the bottom, as it is registered at the cloud. */
  @Column('text')
  readonly sn!: string;

  @Column('integer')
  readonly copies!: number;

  @Column('boolean')
  readonly enabled!: boolean;

  @Column('timestamptz')
  readonly createdAt!: Date;
}
