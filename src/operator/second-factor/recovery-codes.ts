import { createHash, randomInt } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { run, statement } from '../../database/sql.js';

/** Without letters and digits that look alike; 32 of them, so 16 characters are 80 bits and need no slow hash. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 16;
const COUNT = 10;

const FORGET = statement(
  'forget-recovery-codes',
  'DELETE FROM operator_recovery_codes WHERE operator_id = $1',
);
const KEEP = statement(
  'keep-recovery-codes',
  'INSERT INTO operator_recovery_codes (operator_id, code_hash) SELECT $1, unnest($2::bytea[])',
);
const USE = statement(
  'use-recovery-code',
  `UPDATE operator_recovery_codes SET used_at = $3 WHERE operator_id = $1 AND code_hash = $2 AND used_at IS NULL
   RETURNING 1`,
);

/** Replaces an operator's recovery codes; the new ones exist only in the answer, as `ABCD-EFGH-JKLM-NPQR`. */
export async function newRecoveryCodes(manager: EntityManager, operatorId: string): Promise<string[]> {
  const codes = Array.from({ length: COUNT }, newCode);
  await run(manager, FORGET, [operatorId]);
  await run(manager, KEEP, [operatorId, codes.map(hashOf)]);
  return codes.map((code) => code.replace(/.{4}(?=.)/g, '$&-'));
}

/** @returns false when the code is wrong or used */
export async function useRecoveryCode(
  manager: EntityManager,
  operatorId: string,
  code: string,
): Promise<boolean> {
  const used = await run(manager, USE, [operatorId, hashOf(code), new Date()]);
  return used.length === 1;
}

export async function forgetRecoveryCodes(manager: EntityManager, operatorId: string): Promise<void> {
  await run(manager, FORGET, [operatorId]);
}

function newCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}
