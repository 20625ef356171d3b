import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Settings } from './config/settings.js';
import { describeApi } from './docs.js';

/**
 * `npm run openapi [-- FILE]`: the OpenAPI document without database, settings or network. In preview Nest knows every
 * route but makes no instance of anything, so nobody reads the settings.
 */
const app = await NestFactory.create(AppModule.with({} as Settings), new FastifyAdapter(), {
  preview: true,
  logger: false,
  abortOnError: false,
});
const text = `${JSON.stringify(describeApi(app))}\n`;
const [file] = process.argv.slice(2);
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);
