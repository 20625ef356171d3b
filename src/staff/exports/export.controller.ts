import { Controller, Get, Query, StreamableFile, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import {
  auditExportSchema,
  entryExportSchema,
  orderExportSchema,
  refundExportSchema,
  type AuditExport,
  type EntryExport,
  type OrderExport,
  type RefundExport,
} from './export.schema.js';
import { ExportService } from './export.service.js';

const FILE = { schema: { type: 'string', format: 'binary' } } as const;

/** CSV for spreadsheets: UTF-8 with BOM, amounts in yuan, times of UTC+8; streamed, and recorded in the audit log. */
@ApiTags('merchant')
@ApiBearerAuth()
@ApiProduces('text/csv')
@UseGuards(OperatorGuard)
@Requires('books.export')
@Controller('api/v1/admin')
export class ExportController {
  constructor(private readonly exports: ExportService) {}

  @Get('orders.csv')
  @ApiOperation({ summary: 'Orders as CSV, newest first, by the filters of the list' })
  @ApiOkResponse(FILE)
  async orders(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Query({ schema: orderExportSchema }) query: OrderExport,
  ): Promise<StreamableFile> {
    return file('orders', await this.exports.orderFile(query, { operator, origin }));
  }

  @Get('refunds.csv')
  @ApiOperation({ summary: 'Refunds as CSV, newest first' })
  @ApiOkResponse(FILE)
  async refunds(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Query({ schema: refundExportSchema }) query: RefundExport,
  ): Promise<StreamableFile> {
    return file('refunds', await this.exports.refundFile(query, { operator, origin }));
  }

  @Get('ledger/entries.csv')
  @ApiOperation({ summary: 'The journal as CSV, newest first' })
  @ApiOkResponse(FILE)
  async entries(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Query({ schema: entryExportSchema }) query: EntryExport,
  ): Promise<StreamableFile> {
    return file('ledger', await this.exports.entryFile(query, { operator, origin }));
  }

  @Get('audit-log.csv')
  @Requires('audit.read')
  @ApiOperation({ summary: 'The audit log as CSV, newest first, each row with its hash' })
  @ApiOkResponse(FILE)
  async auditLog(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Query({ schema: auditExportSchema }) query: AuditExport,
  ): Promise<StreamableFile> {
    return file('audit-log', await this.exports.auditFile(query, { operator, origin }));
  }
}

function file(name: string, pieces: AsyncIterable<string>): StreamableFile {
  return new StreamableFile(Readable.from(pieces, { highWaterMark: 1 }), {
    type: 'text/csv; charset=utf-8',
    disposition: `attachment; filename="${name}.csv"`,
  });
}
