import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import { JobDeskService } from './job-desk.service.js';
import {
  jobListSchema,
  jobPageSchema,
  jobSchema,
  type JobListQuery,
  type JobPage,
  type JobView,
} from './job.schema.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin/jobs')
export class JobController {
  constructor(private readonly desk: JobDeskService) {}

  @Get()
  @Requires('jobs.read')
  @ApiOperation({
    summary: 'What works in the background: backlog, what is due, and the jobs that failed, newest first',
    description:
      'Jobs make side effects of events; a side effect that is dead itself is at /effects?status=DEAD. Without a state, both failed and retrying jobs are listed.',
  })
  @ApiOkResponse({ standardSchema: jobPageSchema })
  list(@Query({ schema: jobListSchema }) query: JobListQuery): Promise<JobPage> {
    return this.desk.list(query);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @Requires('jobs.retry')
  @ApiOperation({
    summary: 'Put a failed job back for one more attempt, at once',
    description:
      'A job that waits, retries or runs is on its way and is answered as it is; one that is completed or cancelled is refused. What a job causes is de-duplicated, so running it again does nothing twice.',
  })
  @ApiOkResponse({ standardSchema: jobSchema })
  retry(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<JobView> {
    return this.desk.retry(id, { operator, origin });
  }
}
