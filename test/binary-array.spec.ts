import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { binaryArray } from '../src/database/binary-array.js';
import { dataSourceOptions } from '../src/database/data-source.js';
import { run, statement } from '../src/database/sql.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.url, 1)).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** PostgreSQL keeps no NUL and no half of a character. */
const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
const ELEMENTS = {
  text: ['_text', text],
  uuid: ['_uuid', fc.uuid()],
  jsonb: [
    '_jsonb',
    fc.oneof(text, fc.double(), fc.dictionary(text, text)).map((value) => JSON.stringify(value)),
  ],
  bigint: ['_int8', fc.maxSafeInteger()],
  int: ['_int4', fc.integer()],
  boolean: ['_bool', fc.boolean()],
  timestamptz: [
    '_timestamptz',
    fc.date({ min: new Date('1900-01-01'), max: new Date('2999-12-31'), noInvalidDate: true }),
  ],
} as const;

describe('an array in binary', () => {
  // pg writes the second one as text: it is not cast to an array by a name that ours knows.
  it.each(Object.entries(ELEMENTS))(
    'of %s is to PostgreSQL what pg writes as text',
    async (type, [array, element]) => {
      const same = statement(
        `same-${type}`,
        `SELECT $1::${type}[] IS NOT DISTINCT FROM $2::${array} AS same`,
      );
      const values = fc.array(fc.option(element as fc.Arbitrary<unknown>), { minLength: 1, maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(values, async (given) => {
          expect(binaryArray(type, given)).toBeInstanceOf(Buffer);
          expect(await run(dataSource.manager, same, [given, given])).toEqual([{ same: true }]);
        }),
      );
    },
  );

  it.each([
    ['uuid', ['018f3c1e-0000-7000-8000-00000000000g']],
    ['uuid', ['{018f3c1e-0000-7000-8000-000000000000}']],
    ['bigint', [2 ** 53]],
    ['bigint', ['12']],
    ['int', [2 ** 31]],
    ['int', [1.5]],
    ['timestamptz', [new Date(Number.NaN)]],
    ['timestamptz', ['2026-11-29']],
    ['jsonb', [{ n: 1 }]],
    ['text', [['nested']]],
    ['boolean', ['true']],
    ['numeric', ['1.5']],
    ['text', []],
  ])('is left to pg for %s: %j', (type, values) => {
    expect(binaryArray(type, values)).toBeUndefined();
  });

  it('that PostgreSQL cannot read is refused by it, as ever', async () => {
    const ids = statement('ids', 'SELECT $1::uuid[]');
    await expect(run(dataSource.manager, ids, [['no-uuid']])).rejects.toMatchObject({ code: '22P02' });
    const texts = statement('texts', 'SELECT $1::text[]');
    await expect(run(dataSource.manager, texts, [['a\0b']])).rejects.toMatchObject({ code: '22021' });
  });
});
