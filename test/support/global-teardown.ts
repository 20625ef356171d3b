import { rmSync } from 'node:fs';
import type { EmbeddedPostgres } from '../../scripts/embedded-postgres.js';

export default async function globalTeardown(): Promise<void> {
  const { testPostgres } = globalThis as unknown as { testPostgres: EmbeddedPostgres };
  await testPostgres.stop();
  rmSync(process.env['TEST_HOME'] ?? '', { recursive: true, force: true });
}
