import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../common/http/id-param.js';
import { Idempotent } from '../common/idempotency/idempotency.js';
import { ResourceId } from '../common/idempotency/resource-id.js';
import { CurrentOperator } from './current-operator.js';
import type { OperatorPrincipal } from './operator-principal.js';
import { OperatorGuard } from './operator.guard.js';
import {
  newOperatorSchema,
  operatorChangeSchema,
  operatorListSchema,
  operatorPageSchema,
  operatorSchema,
  passwordResetSchema,
  type NewOperator,
  type OperatorChange,
  type OperatorListQuery,
  type OperatorView,
  type PasswordReset,
} from './operator.schema.js';
import { OperatorService } from './operator.service.js';
import { FromRequest, type RequestOrigin } from './request-origin.js';
import { Requires } from './requires.js';
import { SecondFactorService } from './second-factor/second-factor.service.js';
import { PasswordService } from './session/password.service.js';
import { demandFreshSecondFactor } from './step-up.js';

/** Accounts, for owners. */
@ApiTags('staff')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Requires('operators.manage')
@Controller('api/v1/admin/operators')
export class OperatorController {
  constructor(
    private readonly operators: OperatorService,
    private readonly passwords: PasswordService,
    private readonly secondFactors: SecondFactorService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Operators, newest first' })
  @ApiOkResponse({ standardSchema: operatorPageSchema })
  list(
    @Query({ schema: operatorListSchema }) query: OperatorListQuery,
  ): Promise<{ items: OperatorView[]; nextCursor: string | null }> {
    return this.operators.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One operator' })
  @ApiOkResponse({ standardSchema: operatorSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<OperatorView> {
    return this.operators.find(id);
  }

  @Post()
  @ApiOperation({ summary: 'Create an operator; whoever has a second factor shows it first (step-up)' })
  @ApiCreatedResponse({ standardSchema: operatorSchema })
  create(
    @CurrentOperator() by: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @ResourceId() id: string,
    @Body({ schema: newOperatorSchema }) wanted: NewOperator,
  ): Promise<OperatorView> {
    demandFreshSecondFactor(by);
    return this.operators.create(wanted, by, origin, id);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change name, role or state; disabling ends the sessions; the last active OWNER stays one',
  })
  @ApiOkResponse({ standardSchema: operatorSchema })
  change(
    @CurrentOperator() by: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: operatorChangeSchema }) change: OperatorChange,
  ): Promise<OperatorView> {
    demandFreshSecondFactor(by);
    return this.operators.change(id, change, by, origin);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Disable an operator and end his sessions',
    description:
      'Accounts are never deleted, because the audit log names them; PATCH with `disabled: false` brings one back. The last active OWNER stays.',
  })
  @ApiNoContentResponse()
  disable(
    @CurrentOperator() by: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<void> {
    demandFreshSecondFactor(by);
    return this.operators.disable(id, by, origin);
  }

  @Post(':id/password')
  @HttpCode(200)
  @ApiOperation({ summary: 'Set another password and end every session of this operator' })
  @ApiOkResponse({ standardSchema: operatorSchema })
  async resetPassword(
    @CurrentOperator() by: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: passwordResetSchema }) { password }: PasswordReset,
  ): Promise<OperatorView> {
    demandFreshSecondFactor(by);
    await this.passwords.reset(id, password, by, origin);
    return this.operators.find(id);
  }

  @Delete(':id/totp')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Take the second factor off an operator who has lost it, and end every session of his',
  })
  @ApiNoContentResponse()
  resetSecondFactor(
    @CurrentOperator() by: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<void> {
    demandFreshSecondFactor(by);
    return this.secondFactors.reset(id, by, origin);
  }
}
