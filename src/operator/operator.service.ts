import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { toBeijingIso } from '../common/time/beijing-time.js';
import { uuidv7 } from '../common/uuid-v7.js';
import { decodeCursor, page } from '../common/http/cursor.js';
import { Problem } from '../common/http/problem.js';
import { run, statement } from '../database/sql.js';
import { sqlState, transaction } from '../database/transaction.js';
import { AuditService } from './audit.service.js';
import type { OperatorPrincipal } from './operator-principal.js';
import { Operator } from './operator.entity.js';
import type { NewOperator, OperatorChange, OperatorListQuery, OperatorView } from './operator.schema.js';
import { operatorView } from './operator.view.js';
import { rolesWith, type Permission } from './permissions.js';
import { auditOrigin, type RequestOrigin } from './request-origin.js';
import { PasswordHasher } from './session/password-hasher.js';
import { SessionService } from './session/session.service.js';

const INSERT = statement(
  'insert-operator',
  `INSERT INTO operators (id, username, display_name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
);
const CHANGE = statement(
  'change-operator',
  'UPDATE operators SET display_name = $2, role = $3, disabled_at = $4, buyer_id = $5, deputy_until = $6 WHERE id = $1',
);
/** A quarter; whoever does the work for longer should have the role. */
const DEPUTY_DAYS = 92;
const DAY_MS = 24 * 3600 * 1000;
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

/** Accounts of the staff. They are disabled, never deleted. */
@Injectable()
export class OperatorService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly passwords: PasswordHasher,
    private readonly sessions: SessionService,
    private readonly audit: AuditService,
  ) {}

  /**
   * @param by null when a command creates the account
   * @param id of the account to be, owned by the Idempotency-Key
   * @throws Problem `USERNAME_TAKEN`
   */
  async create(
    { username, displayName = username, role, password }: NewOperator,
    by: OperatorPrincipal | null,
    origin?: RequestOrigin,
    id = uuidv7(),
  ): Promise<OperatorView> {
    const passwordHash = await this.passwords.hash(password);
    try {
      return await transaction(this.dataSource, async (manager) => {
        const made = await manager.findOneBy(Operator, { id });
        if (made !== null) return operatorView(made);
        await run(manager, INSERT, [id, username, displayName, role, passwordHash, new Date()]);
        await this.audit.record(manager, {
          operator: by,
          action: 'operator.created',
          subjectKind: 'operator',
          subjectId: id,
          after: { username, displayName, role },
          ...auditOrigin(origin),
        });
        return operatorView(await manager.findOneByOrFail(Operator, { id }));
      });
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
      throw new Problem('USERNAME_TAKEN', `There is already an operator called ${username}.`, {
        errors: [{ field: 'username', message: 'is taken' }],
      });
    }
  }

  /**
   * Changes name, role or state; the sessions of a disabled operator answer 401 from then on.
   * @throws Problem `OPERATOR_NOT_FOUND`, `LAST_OWNER`, `VALIDATION_FAILED` for a buyer that is none, or a deputy's end
   *   that is past or far away
   */
  change(
    id: string,
    change: OperatorChange,
    by: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<OperatorView> {
    return transaction(this.dataSource, async (manager) => {
      const { operator, otherOwners } = await lockBesideOwners(manager, id);
      const before = changeable(operator);
      const after = { ...before, ...change };
      if (change.deputyUntil) refuseUnlessSoon(change.deputyUntil);
      const leaves = isActiveOwner(operator) && (after.role !== 'OWNER' || after.disabled);
      if (leaves && otherOwners === 0) throw new Problem('LAST_OWNER', 'Make somebody else an OWNER first.');
      const disabledAt = after.disabled ? (operator.disabledAt ?? new Date()) : null;
      const { displayName, role, buyerId } = after;
      // As a moment: PostgreSQL reads fewer offsets than may be written.
      const deputyUntil = after.deputyUntil ? new Date(after.deputyUntil) : null;
      const values = [operator.id, displayName, role, disabledAt, buyerId, deputyUntil];
      await run(manager, CHANGE, values).catch(refuseUnknownBuyer);
      if (after.disabled) await this.sessions.revokeAll(manager, operator.id);
      await this.audit.record(manager, {
        operator: by,
        action: 'operator.changed',
        subjectKind: 'operator',
        subjectId: operator.id,
        before,
        after,
        ...auditOrigin(origin),
      });
      return operatorView(await manager.findOneByOrFail(Operator, { id }));
    });
  }

  /** Ends an account; one that is disabled already stays as it is. @throws Problem `OPERATOR_NOT_FOUND`, `LAST_OWNER` */
  async disable(id: string, by: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    const { disabled } = await this.find(id);
    if (!disabled) await this.change(id, { disabled: true }, by, origin);
  }

  /** @throws Problem `OPERATOR_NOT_FOUND` */
  async find(id: string): Promise<OperatorView> {
    const operator = isUuid(id) ? await this.dataSource.manager.findOneBy(Operator, { id }) : null;
    if (operator === null) throw noSuchOperator();
    const lastSeen = await this.sessions.lastSeen([operator.id]);
    return operatorView(operator, lastSeen.get(operator.id));
  }

  /** Newest first. */
  async list({
    limit,
    cursor,
  }: OperatorListQuery): Promise<{ items: OperatorView[]; nextCursor: string | null }> {
    const query = this.dataSource
      .createQueryBuilder(Operator, 'o')
      .orderBy({ 'o.createdAt': 'DESC', 'o.id': 'DESC' })
      .limit(limit + 1);
    if (cursor !== undefined) query.where('(o.createdAt, o.id) < (:createdAt, :id)', decodeCursor(cursor));
    const { rows, nextCursor } = page(await query.getMany(), limit);
    const lastSeen = await this.sessions.lastSeen(rows.map(({ id }) => id));
    return { items: rows.map((operator) => operatorView(operator, lastSeen.get(operator.id))), nextCursor };
  }

  /** Who may do this now: everybody active whose role may, and who is deputy for one that may. */
  async allWith(permission: Permission): Promise<OperatorView[]> {
    const operators = await this.dataSource
      .createQueryBuilder(Operator, 'o')
      .where('o.disabledAt IS NULL')
      .andWhere("(o.role = ANY (:roles) OR ('FINANCE' = ANY (:roles) AND o.deputyUntil > :now))", {
        roles: rolesWith(permission),
        now: new Date(),
      })
      .orderBy({ 'o.createdAt': 'ASC', 'o.id': 'ASC' })
      .getMany();
    return operators.map((operator) => operatorView(operator));
  }
}

/** Locks one account for a decision. @throws Problem `OPERATOR_NOT_FOUND` */
export async function lockOperator(manager: EntityManager, id: string): Promise<Operator> {
  const operator = isUuid(id)
    ? await manager.findOne(Operator, { where: { id }, lock: { mode: 'for_no_key_update' } })
    : null;
  if (operator === null) throw noSuchOperator();
  return operator;
}

/**
 * Locks the account and every active owner, by id: two owners who demote each other at once take turns, and the second
 * sees that he would be the last.
 */
async function lockBesideOwners(
  manager: EntityManager,
  id: string,
): Promise<{ operator: Operator; otherOwners: number }> {
  if (!isUuid(id)) throw noSuchOperator();
  const locked = await manager
    .createQueryBuilder(Operator, 'o')
    .where("o.id = :id OR (o.role = 'OWNER' AND o.disabledAt IS NULL)", { id })
    .orderBy('o.id')
    .setLock('for_no_key_update')
    .getMany();
  const operator = locked.find((row) => row.id === id.toLowerCase());
  if (operator === undefined) throw noSuchOperator();
  return { operator, otherOwners: locked.filter((row) => row !== operator && isActiveOwner(row)).length };
}

function isActiveOwner({ role, disabledAt }: Operator): boolean {
  return role === 'OWNER' && disabledAt === null;
}

function changeable({
  displayName,
  role,
  disabledAt,
  deputyUntil,
  buyerId,
}: Operator): Required<OperatorChange> {
  return {
    displayName,
    role,
    disabled: disabledAt !== null,
    deputyUntil: deputyUntil && toBeijingIso(deputyUntil),
    buyerId,
  };
}

/** A deputy has an end, and one that somebody remembers. */
function refuseUnlessSoon(until: string): void {
  const days = (new Date(until).getTime() - new Date().getTime()) / DAY_MS;
  if (days > 0 && days <= DEPUTY_DAYS) return;
  throw new Problem('VALIDATION_FAILED', `A deputy's end lies in the next ${DEPUTY_DAYS} days.`, {
    errors: [{ field: 'deputyUntil', message: `expected a moment in the next ${DEPUTY_DAYS} days` }],
  });
}

/** The only thing of an operator that points elsewhere. */
function refuseUnknownBuyer(error: unknown): never {
  if (sqlState(error) !== FOREIGN_KEY_VIOLATION) throw error;
  throw new Problem('VALIDATION_FAILED', 'There is no such buyer.', {
    errors: [{ field: 'buyerId', message: 'is no buyer' }],
  });
}

function noSuchOperator(): Problem {
  return new Problem('OPERATOR_NOT_FOUND', 'There is no such operator.');
}
