import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/http/problem.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../audit.service.js';
import { Operator } from '../operator.entity.js';
import { lockOperator } from '../operator.service.js';
import { auditOrigin, type RequestOrigin } from '../request-origin.js';
import { SecondFactorService } from '../second-factor/second-factor.service.js';
import { LoginFailures } from './login-failures.js';
import { PasswordHasher } from './password-hasher.js';
import type { StaffLogin } from './session.schema.js';
import { SessionService } from './session.service.js';

export interface LoggedIn {
  operator: Operator;
  session: { id: string; token: string; expiresAt: Date; stepUpAt: Date | null };
}

/** Username, password and, where there is one, the second factor. */
@Injectable()
export class LoginService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly failures: LoginFailures,
    private readonly passwords: PasswordHasher,
    private readonly secondFactors: SecondFactorService,
    private readonly sessions: SessionService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Opens a session. Unknown, disabled and wrong are one answer, after the same work.
   * @throws Problem `LOGIN_FAILED`, `LOGIN_LOCKED`, `LOGIN_BUSY`, `SECOND_FACTOR_REQUIRED`, `SECOND_FACTOR_INVALID`
   */
  login(wanted: StaffLogin, origin: RequestOrigin): Promise<LoggedIn> {
    return this.failures.login(wanted.username, origin.ip, () => this.check(wanted, origin));
  }

  private async check({ username, password, totp }: StaffLogin, origin: RequestOrigin): Promise<LoggedIn> {
    const known = await this.dataSource.manager.findOneBy(Operator, { username });
    const right = await this.passwords.verify(known?.passwordHash, password);
    if (known === null || !right) throw loginFailed();
    return transaction(this.dataSource, async (manager) => {
      const operator = await lockOperator(manager, known.id);
      // Disabled, or given another password, while this one was being checked.
      if (operator.disabledAt !== null || operator.passwordHash !== known.passwordHash) throw loginFailed();
      const shown = operator.totpConfirmedAt !== null;
      if (shown && totp === undefined) {
        throw new Problem('SECOND_FACTOR_REQUIRED', 'Send the code of the authenticator as "totp" too.');
      }
      const proof = shown ? await this.secondFactors.prove(manager, operator, totp ?? '') : null;
      const session = await this.sessions.open(manager, operator.id, origin, shown);
      await this.audit.record(manager, {
        operator,
        action: 'session.opened',
        subjectKind: 'session',
        subjectId: session.id,
        after: { secondFactor: proof },
        ...auditOrigin(origin),
      });
      return { operator, session };
    });
  }
}

function loginFailed(): Problem {
  return new Problem('LOGIN_FAILED', 'Username or password is wrong.');
}
