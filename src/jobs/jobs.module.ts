import { Module } from '@nestjs/common';
import { Feed } from './feed.js';
import { JobService } from './job.service.js';

@Module({ providers: [Feed, JobService], exports: [Feed, JobService] })
export class JobsModule {}
