import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/http/problem.js';
import { run, statement } from '../../database/sql.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../audit.service.js';
import type { OperatorPrincipal } from '../operator-principal.js';
import { Operator } from '../operator.entity.js';
import { lockOperator } from '../operator.service.js';
import { auditOrigin, type RequestOrigin } from '../request-origin.js';
import { LoginFailures } from './login-failures.js';
import { PasswordHasher } from './password-hasher.js';
import { SessionService } from './session.service.js';

const SET_PASSWORD = statement('set-password', 'UPDATE operators SET password_hash = $2 WHERE id = $1');

/** New passwords: given by an owner, or chosen by the operator himself. Either ends the sessions that the old one opened. */
@Injectable()
export class PasswordService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly passwords: PasswordHasher,
    private readonly sessions: SessionService,
    private readonly failures: LoginFailures,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem `OPERATOR_NOT_FOUND` */
  async reset(id: string, password: string, by: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    const passwordHash = await this.passwords.hash(password);
    const { username } = await transaction(this.dataSource, async (manager) => {
      const operator = await lockOperator(manager, id);
      await run(manager, SET_PASSWORD, [operator.id, passwordHash]);
      await this.sessions.revokeAll(manager, operator.id);
      await this.audit.record(manager, {
        operator: by,
        action: 'operator.password-reset',
        subjectKind: 'operator',
        subjectId: operator.id,
        ...auditOrigin(origin),
      });
      return operator;
    });
    await this.failures.forgive(username);
  }

  /**
   * Changes one's own password; this session stays, the others end.
   * @throws Problem `LOGIN_FAILED` when the present password is wrong, `LOGIN_LOCKED`
   */
  async change(
    by: OperatorPrincipal,
    present: string,
    password: string,
    origin: RequestOrigin,
  ): Promise<void> {
    const { passwordHash: old } = await this.dataSource.manager.findOneByOrFail(Operator, { id: by.id });
    await this.failures.password(by.id, async () => {
      if (!(await this.passwords.verify(old, present)))
        throw new Problem('LOGIN_FAILED', 'The present password is wrong.');
    });
    const passwordHash = await this.passwords.hash(password);
    await transaction(this.dataSource, async (manager) => {
      const operator = await lockOperator(manager, by.id);
      if (operator.passwordHash !== old) throw new Problem('LOGIN_FAILED', 'The password has just changed.');
      await run(manager, SET_PASSWORD, [operator.id, passwordHash]);
      await this.sessions.revokeAll(manager, operator.id, by.sessionId);
      await this.audit.record(manager, {
        operator: by,
        action: 'operator.password-changed',
        subjectKind: 'operator',
        subjectId: operator.id,
        ...auditOrigin(origin),
      });
    });
  }
}
