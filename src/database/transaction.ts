import type { DataSource, EntityManager } from 'typeorm';

/** Deadlock and serialisation failure: PostgreSQL rolled back one side, which may simply go again. */
const AGAIN = new Set(['40P01', '40001']);
const TRIES = 3;

/**
 * One decision, one transaction. `work` may run again after a deadlock, so it does nothing but database work; calls to
 * WeChat stand between transactions, never inside (DESIGN §2.4).
 */
export async function transaction<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dataSource.transaction(work);
    } catch (error) {
      if (attempt === TRIES || !AGAIN.has(sqlState(error))) throw error;
    }
  }
}

/** PostgreSQL's error code (e.g. `23505` unique violation), whether raised through TypeORM or through pg. */
export function sqlState(error: unknown): string {
  const code =
    (error as { driverError?: { code?: unknown }; code?: unknown } | null)?.driverError?.code ??
    (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
