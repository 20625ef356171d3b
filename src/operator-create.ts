import { existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Problem } from './common/http/problem.js';
import { readDatabaseUrl } from './config/settings.js';
import { withOperators } from './operator/accounts-command.js';
import { newOperatorSchema, type NewOperator } from './operator/operator.schema.js';

const USAGE = `usage: npm run operator:create -- --username NAME --role OWNER|FINANCE|SUPPORT|VIEWER [--display-name TEXT]
The password is the first line of the standard input; without one it is made up and printed once.`;
/** A program that starts us without closing our input has no password for us. */
const INPUT_MS = 5000;

/** `npm run operator:create`: the first owner, and the way back in when the last one is lost. */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const url = readDatabaseUrl(process.env);
  const options = readOptions();
  const given = await readPassword();
  const password = given ?? randomBytes(18).toString('base64url');
  const wanted = validate({ ...options, password });
  const { username, role } = await withOperators(url, (operators) => operators.create(wanted, null));
  process.stdout.write(`created ${username}, ${role}\n`);
  if (given === undefined) process.stdout.write(`password: ${password}\n`);
}

function readOptions(): Record<string, string | undefined> {
  try {
    const { values } = parseArgs({
      options: {
        username: { type: 'string' },
        role: { type: 'string' },
        'display-name': { type: 'string' },
      },
    });
    return { username: values.username, role: values.role, displayName: values['display-name'] };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

/** @throws Error naming each option that is wrong, never the password */
function validate(values: Record<string, string | undefined>): NewOperator {
  const wanted = newOperatorSchema.safeParse(values);
  if (wanted.success) return wanted.data;
  const faults = wanted.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`${faults.join('\n')}\n${USAGE}`);
}

/** The first line; undefined on a terminal, at an empty input and when nothing comes. */
function readPassword(): Promise<string | undefined> {
  const { stdin } = process;
  if (stdin.isTTY) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (): void => {
      clearTimeout(timer);
      stdin.destroy();
      resolve(/^[^\r\n]+/.exec(text)?.[0]);
    };
    const timer = setTimeout(done, INPUT_MS);
    stdin.setEncoding('utf8').on('end', done).on('error', reject);
    stdin.on('data', (chunk: string) => {
      clearTimeout(timer);
      text += chunk;
      if (text.includes('\n')) done();
    });
  });
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof Problem ? error.detail : message}\n`);
  process.exitCode = 1;
});
