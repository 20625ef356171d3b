import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Problem } from '../../common/http/problem.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { CurrentOperator } from '../current-operator.js';
import type { OperatorPrincipal } from '../operator-principal.js';
import { OperatorGuard } from '../operator.guard.js';
import { OperatorService } from '../operator.service.js';
import { permissionsOf } from '../permissions.js';
import { FromRequest, type RequestOrigin } from '../request-origin.js';
import { Requires } from '../requires.js';
import { CsrfToken } from './csrf-token.js';
import { PasswordService } from './password.service.js';
import { clearSessionCookie } from './session-cookie.js';
import {
  meSchema,
  passwordChangeSchema,
  sessionListSchema,
  sessionPageSchema,
  type Me,
  type PasswordChange,
  type SessionListQuery,
  type SessionView,
} from './session.schema.js';
import { SessionService } from './session.service.js';
import { sessionView } from './session.view.js';

/** Whoever is logged in: who I am, where I am logged in, my password. None of it takes an Idempotency-Key (DESIGN §6.4). */
@ApiTags('staff')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Requires('self')
@Controller('api/v1/admin')
export class SessionController {
  constructor(
    private readonly sessions: SessionService,
    private readonly operators: OperatorService,
    private readonly passwords: PasswordService,
    private readonly csrf: CsrfToken,
    private readonly host: HttpAdapterHost,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('me')
  @ApiOperation({ summary: 'Who I am and what I may do' })
  @ApiOkResponse({ standardSchema: meSchema })
  async me(@CurrentOperator() { id, roles, sessionId, stepUpAt }: OperatorPrincipal): Promise<Me> {
    return {
      ...(await this.operators.find(id)),
      permissions: permissionsOf(roles),
      sessionId,
      stepUpAt: stepUpAt && toBeijingIso(stepUpAt),
      csrfToken: this.csrf.of(sessionId),
    };
  }

  @Post('me/password')
  @HttpCode(204)
  @ApiOperation({ summary: 'Choose another password; this session stays, the others end' })
  @ApiNoContentResponse()
  changePassword(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Body({ schema: passwordChangeSchema }) { password, newPassword }: PasswordChange,
  ): Promise<void> {
    return this.passwords.change(operator, password, newPassword, origin);
  }

  @Get('sessions')
  @ApiOperation({ summary: 'My open sessions, newest first; an OWNER may ask for anybody’s' })
  @ApiOkResponse({ standardSchema: sessionPageSchema })
  async list(
    @CurrentOperator() { id, roles, sessionId }: OperatorPrincipal,
    @Query({ schema: sessionListSchema }) { operatorId = id }: SessionListQuery,
  ): Promise<{ items: SessionView[]; nextCursor: null }> {
    if (operatorId !== id && !roles.includes('OWNER'))
      throw new Problem('FORBIDDEN', `Your role is ${roles[0]}; only an OWNER sees the sessions of others.`);
    const sessions = await this.sessions.list(operatorId);
    return { items: sessions.map((session) => sessionView(session, sessionId)), nextCursor: null };
  }

  @Delete('sessions/current')
  @HttpCode(204)
  @ApiOperation({ summary: 'Log out' })
  @ApiNoContentResponse()
  async logOut(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.revoke(operator, operator.sessionId, origin);
    clearSessionCookie(this.host.httpAdapter, reply, this.settings);
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End one of my sessions; an OWNER may end anybody’s' })
  @ApiNoContentResponse()
  revoke(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<void> {
    return this.sessions.revoke(operator, id, origin);
  }
}
