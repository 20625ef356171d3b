import { Logger } from '@nestjs/common';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { isWrong } from './doctor/check.js';
import { examine } from './doctor/examine.js';
import { jsonReport, textReport } from './doctor/report.js';

/** `npm run doctor`, `npm run doctor -- --json`: what is wrong with these settings, and what to do. Exit code 1 when anything is. */
async function main(): Promise<void> {
  const { json } = parseArgs({ options: { json: { type: 'boolean', default: false } } }).values;
  if (existsSync('.env')) process.loadEnvFile('.env'); // as in main.ts: what the environment already says wins
  Logger.overrideLogger(false); // what the calls would log, the checks say
  const checks = await examine(process.env);
  process.stdout.write(json ? jsonReport(checks) : textReport(checks));
  process.exitCode = checks.some(isWrong) ? 1 : 0;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
