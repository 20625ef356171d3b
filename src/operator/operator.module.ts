import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditLogController } from './audit/audit-log.controller.js';
import { AuditLogService } from './audit/audit-log.service.js';
import { AuditService } from './audit.service.js';
import { OperatorController } from './operator.controller.js';
import { Operator } from './operator.entity.js';
import { OperatorGuard } from './operator.guard.js';
import { OperatorService } from './operator.service.js';
import { SecondFactorController } from './second-factor/second-factor.controller.js';
import { SecondFactorService } from './second-factor/second-factor.service.js';
import { CsrfToken } from './session/csrf-token.js';
import { LoginFailures } from './session/login-failures.js';
import { StaffLoginController } from './session/login.controller.js';
import { LoginService } from './session/login.service.js';
import { PasswordHasher } from './session/password-hasher.js';
import { PasswordService } from './session/password.service.js';
import { SessionController } from './session/session.controller.js';
import { SessionService } from './session/session.service.js';

/** The staff. A module with routes behind the OperatorGuard imports this one: the guard asks for what is exported beside it. */
@Module({
  imports: [TypeOrmModule.forFeature([Operator])],
  controllers: [
    StaffLoginController,
    SessionController,
    SecondFactorController,
    OperatorController,
    AuditLogController,
  ],
  providers: [
    AuditLogService,
    AuditService,
    CsrfToken,
    LoginFailures,
    LoginService,
    OperatorGuard,
    OperatorService,
    PasswordHasher,
    PasswordService,
    SecondFactorService,
    SessionService,
  ],
  exports: [AuditLogService, AuditService, CsrfToken, OperatorGuard, OperatorService, SessionService],
})
export class OperatorModule {}
