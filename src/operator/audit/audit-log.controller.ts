import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { OperatorGuard } from '../operator.guard.js';
import { Requires } from '../requires.js';
import {
  auditListSchema,
  auditPageSchema,
  auditVerificationSchema,
  type AuditListQuery,
  type AuditPage,
  type AuditVerification,
} from './audit-log.schema.js';
import { AuditLogService } from './audit-log.service.js';
import { verifyAuditLog } from './audit-verification.js';

@ApiTags('staff')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Requires('audit.read')
@Controller('api/v1/admin/audit-log')
export class AuditLogController {
  private verifying: Promise<AuditVerification> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly log: AuditLogService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What operators did, newest first; rows are never changed or removed' })
  @ApiOkResponse({ standardSchema: auditPageSchema })
  list(@Query({ schema: auditListSchema }) query: AuditListQuery): Promise<AuditPage> {
    return this.log.page(query);
  }

  @Get('verification')
  @ApiOperation({
    summary: 'Walks the whole chain now and recomputes every hash; `npm run audit:verify` does the same',
  })
  @ApiOkResponse({ standardSchema: auditVerificationSchema })
  verification(): Promise<AuditVerification> {
    // The walk reads every row: whoever asks meanwhile shares its answer.
    return (this.verifying ??= this.verify().finally(() => (this.verifying = undefined)));
  }

  private async verify(): Promise<AuditVerification> {
    const verdict = await verifyAuditLog(this.dataSource.manager);
    return { verified: verdict.broken === undefined, ...verdict };
  }
}
