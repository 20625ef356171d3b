import { Controller, Get } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';

const healthSchema = z.object({ status: z.literal('ok') });

/** For orchestrators: `live` says the process answers, `ready` that it can decide something (the database is there). */
@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @Get('live')
  @ApiOperation({ summary: 'The process is alive' })
  @ApiOkResponse({ standardSchema: healthSchema })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** @throws the database's error, answered as 503 `DATABASE_UNAVAILABLE` */
  @Get('ready')
  @ApiOperation({ summary: 'The service can take requests: its database answers' })
  @ApiOkResponse({ standardSchema: healthSchema })
  async ready(): Promise<{ status: 'ok' }> {
    await this.dataSource.query('SELECT 1');
    return { status: 'ok' };
  }
}
