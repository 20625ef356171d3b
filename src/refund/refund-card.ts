import { createHmac } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { run, statement } from '../database/sql.js';
import type { AbnormalRefund } from './refund.schema.js';

const ENTER = statement(
  'enter-refund-card',
  `INSERT INTO refund_cards (refund_id, operator_id, digest, entered_at) VALUES ($1, $2, $3, $4)
   ON CONFLICT (refund_id, operator_id) DO UPDATE SET digest = excluded.digest, entered_at = excluded.entered_at`,
);
const ENTERED_BY_ANOTHER = statement(
  'refund-card-entered-by-another',
  'SELECT operator_id AS id FROM refund_cards WHERE refund_id = $1 AND digest = $3 AND operator_id <> $2',
);
const FORGET = statement('forget-refund-cards', 'DELETE FROM refund_cards WHERE refund_id = $1');

type BankCard = Extract<AbnormalRefund, { type: 'USER_BANK_CARD' }>;

/**
 * Where a refund goes that two people had to approve, two people have to say as well: each enters the card, and what is
 * kept of it meanwhile is a digest that nobody without the key can compare with anything. The refund is locked.
 * @param key of this purpose
 * @returns whether somebody else has entered the same card; then nothing is kept any more
 */
export async function isCardOfTwo(
  manager: EntityManager,
  key: Buffer,
  refundId: string,
  operatorId: string,
  { bankType, bankAccount, realName }: BankCard,
  at: Date,
): Promise<boolean> {
  const digest = createHmac('sha256', key)
    .update(JSON.stringify([refundId, bankType, bankAccount, realName]))
    .digest();
  const others = await run(manager, ENTERED_BY_ANOTHER, [refundId, operatorId, digest]);
  if (others.length === 0) await run(manager, ENTER, [refundId, operatorId, digest, at]);
  else await run(manager, FORGET, [refundId]);
  return others.length > 0;
}
