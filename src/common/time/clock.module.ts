import { Global, Module } from '@nestjs/common';
import { ClockFollower } from './clock-follower.js';
import { Clock } from './clock.js';

@Global()
@Module({ providers: [Clock, ClockFollower], exports: [Clock] })
export class ClockModule {}
