import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { operatorView } from '../operator.view.js';
import { FromRequest, type RequestOrigin } from '../request-origin.js';
import { CsrfToken } from './csrf-token.js';
import { LoginService } from './login.service.js';
import { setSessionCookie } from './session-cookie.js';
import {
  staffLoginSchema,
  staffSessionSchema,
  type StaffLogin,
  type StaffSession,
} from './session.schema.js';

/** The one staff route that takes no session. */
@ApiTags('staff')
@Controller('api/v1/admin/sessions')
export class StaffLoginController {
  constructor(
    private readonly logins: LoginService,
    private readonly csrf: CsrfToken,
    private readonly host: HttpAdapterHost,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Log in; browsers get the session as an httpOnly cookie, programs use the token',
    description:
      '401 `SECOND_FACTOR_REQUIRED` asks for the same again with `totp`. After a few failures 429 `LOGIN_LOCKED` with Retry-After, per account and per address, longer each time.',
  })
  @ApiCreatedResponse({ standardSchema: staffSessionSchema })
  async login(
    @FromRequest() origin: RequestOrigin,
    @Body({ schema: staffLoginSchema }) wanted: StaffLogin,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StaffSession> {
    const { operator, session } = await this.logins.login(wanted, origin);
    setSessionCookie(this.host.httpAdapter, reply, this.settings, session);
    return {
      token: session.token,
      expiresAt: toBeijingIso(session.expiresAt),
      csrfToken: this.csrf.of(session.id),
      operator: operatorView(operator),
    };
  }
}
