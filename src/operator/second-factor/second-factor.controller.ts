import { Body, Controller, Delete, HttpCode, Post, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { CurrentOperator } from '../current-operator.js';
import type { OperatorPrincipal } from '../operator-principal.js';
import { OperatorGuard } from '../operator.guard.js';
import { FromRequest, type RequestOrigin } from '../request-origin.js';
import { Requires } from '../requires.js';
import { STEP_UP_MS } from '../step-up.js';
import {
  enrolledSchema,
  proofSchema,
  recoveryCodesSchema,
  removalSchema,
  steppedUpSchema,
  type Enrolled,
  type Proof,
  type RecoveryCodes,
  type Removal,
  type SteppedUp,
} from './second-factor.schema.js';
import { SecondFactorService } from './second-factor.service.js';

/** One's own second factor. These routes show secrets or judge codes, so they take no Idempotency-Key (DESIGN §6.4). */
@ApiTags('staff')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Requires('self')
@Controller('api/v1/admin')
export class SecondFactorController {
  constructor(private readonly secondFactors: SecondFactorService) {}

  @Post('me/totp')
  @ApiOperation({ summary: 'Get a secret for an authenticator; active once a code of it is confirmed' })
  @ApiCreatedResponse({ standardSchema: enrolledSchema })
  enrol(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
  ): Promise<Enrolled> {
    return this.secondFactors.enrol(operator, origin);
  }

  @Post('me/totp/confirm')
  @HttpCode(200)
  @ApiOperation({ summary: 'Confirm with a code: from now on logins need one; answers the recovery codes' })
  @ApiOkResponse({ standardSchema: recoveryCodesSchema })
  confirm(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Body({ schema: proofSchema }) { totp }: Proof,
  ): Promise<RecoveryCodes> {
    return this.secondFactors.confirm(operator, totp, origin);
  }

  @Delete('me/totp')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove my second factor, with a code or while stepped up' })
  @ApiNoContentResponse()
  remove(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Body({ schema: removalSchema }) removal: Removal,
  ): Promise<void> {
    return this.secondFactors.remove(operator, removal?.totp, origin);
  }

  @Post('sessions/current/step-up')
  @HttpCode(200)
  @ApiOperation({ summary: 'Show a code in this session; what needs a fresh one is open for five minutes' })
  @ApiOkResponse({ standardSchema: steppedUpSchema })
  async stepUp(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Body({ schema: proofSchema }) { totp }: Proof,
  ): Promise<SteppedUp> {
    const at = await this.secondFactors.stepUp(operator, totp, origin);
    return { stepUpAt: toBeijingIso(at), validUntil: toBeijingIso(new Date(at.getTime() + STEP_UP_MS)) };
  }
}
