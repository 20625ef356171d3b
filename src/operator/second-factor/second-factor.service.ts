import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../../common/http/problem.js';
import { SEALED_COLUMNS } from '../../common/sealed-columns.js';
import { Sealing } from '../../common/sealed.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../audit.service.js';
import type { OperatorPrincipal } from '../operator-principal.js';
import type { Operator } from '../operator.entity.js';
import { lockOperator } from '../operator.service.js';
import { auditOrigin, type RequestOrigin } from '../request-origin.js';
import { LoginFailures } from '../session/login-failures.js';
import { SessionService } from '../session/session.service.js';
import { isSteppedUp } from '../step-up.js';
import { forgetRecoveryCodes, newRecoveryCodes, useRecoveryCode } from './recovery-codes.js';
import type { Enrolled, RecoveryCodes } from './second-factor.schema.js';
import { acceptedStep, newTotpSecret, totpUri } from './totp.js';

const ENROL = statement('enrol-totp', 'UPDATE operators SET totp_secret_sealed = $2 WHERE id = $1');
const CONFIRM = statement(
  'confirm-totp',
  'UPDATE operators SET totp_confirmed_at = $2, totp_last_step = $3 WHERE id = $1',
);
const REMEMBER_STEP = statement(
  'remember-totp-step',
  'UPDATE operators SET totp_last_step = $2 WHERE id = $1',
);
const REMOVE = statement(
  'remove-totp',
  `UPDATE operators SET totp_secret_sealed = NULL, totp_confirmed_at = NULL, totp_last_step = NULL WHERE id = $1`,
);

/** TOTP and recovery codes. An account's row is locked while a code is judged, so one code is one success. */
@Injectable()
export class SecondFactorService {
  private readonly sealing: Sealing;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sessions: SessionService,
    private readonly failures: LoginFailures,
    private readonly audit: AuditService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.sealing = new Sealing(settings.data.encryptionKeys, SEALED_COLUMNS.totpSecret.purpose);
  }

  /**
   * Gives out a secret; it counts for nothing until a code of it is confirmed.
   * @throws Problem `SECOND_FACTOR_ACTIVE`
   */
  enrol(by: OperatorPrincipal, origin: RequestOrigin): Promise<Enrolled> {
    return transaction(this.dataSource, async (manager) => {
      const operator = await lockOperator(manager, by.id);
      refuseActive(operator);
      const secret = newTotpSecret();
      await run(manager, ENROL, [operator.id, this.sealing.seal(secret, operator.id)]);
      await this.record(manager, by, 'enrolled', operator.id, origin);
      return { secret, otpauthUri: totpUri(secret, operator.username, this.settings.http.publicUrl) };
    });
  }

  /**
   * From now on a login needs a code. Other sessions, opened without one, end.
   * @throws Problem `SECOND_FACTOR_ACTIVE`, `SECOND_FACTOR_ABSENT`, `SECOND_FACTOR_INVALID`, `LOGIN_LOCKED`
   */
  confirm(by: OperatorPrincipal, code: string, origin: RequestOrigin): Promise<RecoveryCodes> {
    return this.judge(by, async (manager, operator) => {
      refuseActive(operator);
      const step = acceptedStep(this.secretOf(operator), code, null, new Date());
      if (step === undefined) throw invalidCode();
      await run(manager, CONFIRM, [operator.id, new Date(), step]);
      const recoveryCodes = await newRecoveryCodes(manager, operator.id);
      await this.sessions.revokeAll(manager, operator.id, by.sessionId);
      await this.sessions.stepUp(manager, by.sessionId);
      await this.record(manager, by, 'confirmed', operator.id, origin);
      return { recoveryCodes };
    });
  }

  /**
   * Takes one's own second factor off: with a code, or while stepped up.
   * @throws Problem `SECOND_FACTOR_ABSENT`, `SECOND_FACTOR_INVALID`, `STEP_UP_REQUIRED`, `LOGIN_LOCKED`
   */
  remove(by: OperatorPrincipal, code: string | undefined, origin: RequestOrigin): Promise<void> {
    return this.judge(by, async (manager, operator) => {
      if (operator.totpSecretSealed === null) throw absent();
      if (operator.totpConfirmedAt !== null) {
        if (code !== undefined) await this.prove(manager, operator, code);
        else if (!isSteppedUp(by, new Date()))
          throw new Problem('STEP_UP_REQUIRED', 'Send a code as "totp", or step up first.');
      }
      await this.clear(manager, operator.id);
      await this.record(manager, by, 'removed', operator.id, origin);
    });
  }

  /**
   * An owner takes it off somebody who has lost phone and recovery codes.
   * @throws Problem `OPERATOR_NOT_FOUND`
   */
  reset(id: string, by: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    return transaction(this.dataSource, async (manager) => {
      const operator = await lockOperator(manager, id);
      await this.clear(manager, operator.id);
      await this.sessions.revokeAll(manager, operator.id);
      await this.record(manager, by, 'reset', operator.id, origin);
    });
  }

  /**
   * Shows a code in a session that is already open.
   * @returns when; the proof is fresh for five minutes
   * @throws Problem `SECOND_FACTOR_ABSENT`, `SECOND_FACTOR_INVALID`, `LOGIN_LOCKED`
   */
  stepUp(by: OperatorPrincipal, code: string, origin: RequestOrigin): Promise<Date> {
    return this.judge(by, async (manager, operator) => {
      if (operator.totpConfirmedAt === null) throw absent();
      const proof = await this.prove(manager, operator, code);
      const at = await this.sessions.stepUp(manager, by.sessionId);
      await this.audit.record(manager, {
        operator: by,
        action: 'session.stepped-up',
        subjectKind: 'session',
        subjectId: by.sessionId,
        after: { secondFactor: proof },
        ...auditOrigin(origin),
      });
      return at;
    });
  }

  /**
   * Accepts a code of a locked account, once.
   * @throws Problem `SECOND_FACTOR_INVALID`
   */
  async prove(manager: EntityManager, operator: Operator, code: string): Promise<'totp' | 'recovery code'> {
    if (code.length > 6) {
      if (await useRecoveryCode(manager, operator.id, code)) return 'recovery code';
      throw invalidCode();
    }
    const step = acceptedStep(this.secretOf(operator), code, operator.totpLastStep, new Date());
    if (step === undefined) throw invalidCode();
    await run(manager, REMEMBER_STEP, [operator.id, step]);
    return 'totp';
  }

  private judge<Result>(
    by: OperatorPrincipal,
    work: (manager: EntityManager, operator: Operator) => Promise<Result>,
  ): Promise<Result> {
    return this.failures.code(by.id, () =>
      transaction(this.dataSource, async (manager) => work(manager, await lockOperator(manager, by.id))),
    );
  }

  private secretOf({ id, totpSecretSealed }: Operator): string {
    if (totpSecretSealed === null) throw absent();
    return this.sealing.open(totpSecretSealed, id);
  }

  private async clear(manager: EntityManager, operatorId: string): Promise<void> {
    await run(manager, REMOVE, [operatorId]);
    await forgetRecoveryCodes(manager, operatorId);
    await this.sessions.stepDown(manager, operatorId);
  }

  private async record(
    manager: EntityManager,
    by: OperatorPrincipal,
    event: string,
    operatorId: string,
    origin: RequestOrigin,
  ): Promise<void> {
    await this.audit.record(manager, {
      operator: by,
      action: `second-factor.${event}`,
      subjectKind: 'operator',
      subjectId: operatorId,
      ...auditOrigin(origin),
    });
  }
}

function refuseActive({ totpConfirmedAt }: Operator): void {
  if (totpConfirmedAt !== null)
    throw new Problem('SECOND_FACTOR_ACTIVE', 'Remove the present one first (DELETE /api/v1/admin/me/totp).');
}

function absent(): Problem {
  return new Problem('SECOND_FACTOR_ABSENT', 'Enrol one first (POST /api/v1/admin/me/totp).');
}

function invalidCode(): Problem {
  return new Problem(
    'SECOND_FACTOR_INVALID',
    'The code is wrong, or was used before; wait for the next one.',
  );
}
