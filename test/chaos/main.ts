import { parseArgs } from 'node:util';
import { randomInt } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { account } from './accounting.js';
import { Machine } from './machine.js';
import { compareDays, untilQuiet } from './quiet.js';
import { Random } from './random.js';
import { isRight, table, type Report } from './report.js';
import { People } from './shoppers.js';
import { makeTrouble } from './troubles.js';

const USAGE = 'npm run chaos -- --minutes N [--seed S] [--api v2|v3] [--json]';
const BUYERS = 6;
const PRODUCTS = 5;
const STOCK = 100_000;

interface Options {
  minutes: number;
  seed: number;
  api: 'v2' | 'v3';
  json: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      api: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  const api = values.api ?? (seed % 2 === 0 ? 'v3' : 'v2');
  if (!(minutes > 0) || !Number.isInteger(seed) || (api !== 'v2' && api !== 'v3')) throw new Error(USAGE);
  return { minutes, seed, api, json: values.json };
}

/** People buy while everything around them breaks; then everything is mended, and every fen is looked for. */
async function chaos({ minutes, seed, api }: Options): Promise<Report> {
  const machine = await Machine.start(api);
  try {
    const products = await putOnSale(machine);
    const end = performance.now() + minutes * 60_000;
    const isOver = (): boolean => performance.now() > end;
    const people = new People(machine, new Random(seed), products);
    const operator = people.operator(isOver);
    const [troubles] = await Promise.all([
      makeTrouble(machine, new Random(seed + 1), isOver),
      ...Array.from({ length: BUYERS }, () => people.buyer(isOver)),
    ]);
    await operator;
    const unfinished = await untilQuiet(machine);
    const findings = await account(machine, people.diary, PRODUCTS * STOCK);
    const days = await compareDays(machine);
    const { promised: _, ...diary } = people.diary;
    return { seed, api, minutes, diary, troubles, unfinished, days, findings };
  } finally {
    await machine.stop();
  }
}

async function putOnSale(machine: Machine): Promise<string[]> {
  const products = Array.from({ length: PRODUCTS }, (_, n) => ({ id: uuidv7(), priceFen: 990 + n * 500 }));
  for (const { id, priceFen } of products)
    await machine.query(
      `INSERT INTO products (id, name, price_fen, stock, active, created_at) VALUES ($1, '手冲咖啡豆', $2, $3, true, now())`,
      [id, priceFen, STOCK],
    );
  return products.map(({ id }) => id);
}

async function main(): Promise<void> {
  const options = readOptions();
  process.stderr.write(`chaos: seed ${options.seed}, API ${options.api}, ${options.minutes} min\n`);
  const report = await chaos(options);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : table(report));
  process.exit(isRight(report) ? 0 : 1);
}

main().catch((error: unknown) => {
  process.stderr.write(`chaos: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
