import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Fen } from '../common/fen.js';
import { run, statement } from '../database/sql.js';
import type { LedgerAccount } from './ledger-entry.entity.js';

export type MovementKind =
  'PAYMENT_RECEIVED' | 'SUSPENSE_RECEIVED' | 'REFUND_PAID' | 'FEE_CHARGED' | 'SETTLED_TO_BANK';

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
   SELECT movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at
   FROM jsonb_to_recordset($1::jsonb) AS entry(movement_id uuid, kind text, subject_id uuid, merchant_account text,
                                               account text, amount_fen bigint, currency text, booked_at timestamptz)`,
);

/** The double-entry journal. It is written in the transaction of the decision that moved the money, or not at all. */
@Injectable()
export class LedgerService {
  async book(manager: EntityManager, movements: readonly Movement[]): Promise<void> {
    if (movements.length === 0) return;
    const entries = movements.flatMap(({ lines, ...movement }) => {
      const movementId = uuidv7();
      return lines
        .filter(({ amountFen }) => amountFen !== 0)
        .map(({ account, amountFen }) => ({
          movement_id: movementId,
          kind: movement.kind,
          subject_id: movement.subjectId,
          merchant_account: movement.merchantAccount,
          account,
          amount_fen: amountFen,
          currency: movement.currency,
          booked_at: movement.bookedAt,
        }));
    });
    await run(manager, BOOK, [JSON.stringify(entries)]);
  }
}
