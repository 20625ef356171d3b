import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { decodeCursor, encodeCursor } from '../../common/http/cursor.js';
import { Problem } from '../../common/http/problem.js';
import { run, statement } from '../../database/sql.js';
import { ReconciliationDifference } from '../../reconcile/daily/difference.entity.js';
import { DIFFERENCE_STATUSES, type DifferenceStatus } from '../../reconcile/daily/difference.status.js';
import { Reconciliation } from '../../reconcile/daily/reconciliation.entity.js';
import type {
  DifferenceListQuery,
  ReconciliationDetail,
  ReconciliationListQuery,
  ReconciliationPage,
} from './reconciliation.schema.js';
import { differenceView, reconciliationRow, type DifferenceCounts } from './reconciliation.view.js';

const COUNT = statement(
  'count-differences',
  `SELECT reconciliation_id AS id, status, count(*) AS count FROM reconciliation_differences
   WHERE reconciliation_id = ANY ($1::uuid[]) GROUP BY reconciliation_id, status`,
);

/** Reconciliations and their differences as staff read them. */
@Injectable()
export class ReconciliationDeskService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The newest day first. */
  async list({
    account,
    status,
    from,
    to,
    limit,
    cursor,
  }: ReconciliationListQuery): Promise<ReconciliationPage> {
    const query = this.dataSource
      .createQueryBuilder(Reconciliation, 'r')
      .orderBy({ 'r.date': 'DESC', 'r.id': 'DESC' })
      .limit(limit + 1);
    if (account !== undefined) query.andWhere('r.accountId = :account', { account });
    if (status !== undefined) query.andWhere('r.status = :status', { status });
    if (from !== undefined) query.andWhere('r.date >= :from', { from });
    if (to !== undefined) query.andWhere('r.date <= :to', { to });
    if (cursor !== undefined) {
      const { createdAt, id } = decodeCursor(cursor);
      query.andWhere('(r.date, r.id) < (:date, :id)', { date: createdAt.slice(0, 10), id });
    }
    const found = await query.getMany();
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    const counts = await this.counts(rows.map(({ id }) => id));
    return {
      items: rows.map((row) => reconciliationRow(row, counts.get(row.id) ?? noDifferences())),
      nextCursor: last === undefined ? null : encodeCursor({ createdAt: new Date(last.date), id: last.id }),
    };
  }

  /** One run with its differences in the order they were found. @throws Problem `RECONCILIATION_NOT_FOUND` */
  async detail(
    id: string,
    { kind, status, limit, cursor }: DifferenceListQuery,
  ): Promise<ReconciliationDetail> {
    const row = isUuid(id) ? await this.dataSource.manager.findOneBy(Reconciliation, { id }) : null;
    if (row === null) throw new Problem('RECONCILIATION_NOT_FOUND', 'There is no such reconciliation.');
    const query = this.dataSource
      .createQueryBuilder(ReconciliationDifference, 'd')
      .where('d.reconciliationId = :id', { id })
      .orderBy({ 'd.foundAt': 'ASC', 'd.id': 'ASC' })
      .limit(limit + 1);
    if (kind !== undefined) query.andWhere('d.kind = :kind', { kind });
    if (status !== undefined) query.andWhere('d.status = :status', { status });
    else query.andWhere("d.status <> 'CLEARED'");
    if (cursor !== undefined) {
      const after = decodeCursor(cursor);
      query.andWhere('(d.foundAt, d.id) > (:at, :after)', { at: after.createdAt, after: after.id });
    }
    const found = await query.getMany();
    const differences = found.slice(0, limit);
    const last = found.length > limit ? differences.at(-1) : undefined;
    const counts = await this.counts([id]);
    return {
      ...reconciliationRow(row, counts.get(id) ?? noDifferences()),
      differences: differences.map(differenceView),
      nextCursor: last === undefined ? null : encodeCursor({ createdAt: last.foundAt, id: last.id }),
    };
  }

  private async counts(ids: readonly string[]): Promise<Map<string, DifferenceCounts>> {
    const rows = await run<{ id: string; status: DifferenceStatus; count: number }>(
      this.dataSource.manager,
      COUNT,
      [ids],
    );
    const counts = new Map(ids.map((id) => [id, noDifferences()]));
    for (const { id, status, count } of rows) (counts.get(id) ?? noDifferences())[status] = count;
    return counts;
  }
}

function noDifferences(): DifferenceCounts {
  return Object.fromEntries(DIFFERENCE_STATUSES.map((status) => [status, 0])) as DifferenceCounts;
}
