import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { uuidv7 } from '../common/uuid-v7.js';
import type { Fen } from '../common/fen.js';
import { columns, statement } from '../database/sql.js';
import { send } from '../database/transaction.js';
import type { LedgerAccount } from './ledger-entry.entity.js';
import type { MovementKind } from './movement-kind.js';

export interface Movement {
  kind: MovementKind;
  /** What moved the money; together with `kind` it can be booked only once. */
  subjectId: string;
  merchantAccount: string;
  currency: string;
  bookedAt: Date;
  /** Debit positive, credit negative; they sum to zero. */
  lines: readonly { account: LedgerAccount; amountFen: Fen }[];
}

/** All movements of a decision in one statement: the balance trigger sees each movement whole. */
const BOOK = statement(
  'book-movements',
  `INSERT INTO ledger_entries (movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at)
   SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[],
                        $8::timestamptz[])`,
);

/** The double-entry journal. It is written in the transaction of the decision that moved the money, or not at all. */
@Injectable()
export class LedgerService {
  /**
   * Books all of them in one statement, which the caller's transaction waits for at its end: it fails when a movement does
   * not sum to zero, or is booked already (kind and subject).
   * @throws outside a transaction only, what PostgreSQL says then
   */
  async book(manager: EntityManager, movements: readonly Movement[]): Promise<void> {
    if (movements.length === 0) return;
    const entries = movements.flatMap(({ kind, subjectId, merchantAccount, currency, bookedAt, lines }) => {
      const movementId = uuidv7();
      return lines
        .filter(({ amountFen }) => amountFen !== 0)
        .map(({ account, amountFen }) => [
          movementId,
          kind,
          subjectId,
          merchantAccount,
          account,
          amountFen,
          currency,
          bookedAt,
        ]);
    });
    await send(manager, BOOK, columns(entries));
  }
}
