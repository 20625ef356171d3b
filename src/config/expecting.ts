import type { z } from 'zod';

/** `.meta` of a setting: what a person should write there; printed when the setting is missing or malformed. */
export function expecting<Schema extends z.ZodType>(expected: string, schema: Schema): Schema {
  return schema.meta({ expected });
}

/** What `expecting` said about a setting. */
export function expected(schema: z.ZodType | undefined): string {
  return String(schema?.meta()?.['expected']);
}
