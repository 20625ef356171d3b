import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { run, statement } from '../../database/sql.js';
import { LedgerEntry } from '../../ledger/ledger-entry.entity.js';
import { bounds } from '../list-query.js';
import type { EntryListQuery, EntryPage, EntryView, TrialBalance } from './ledger.schema.js';

/**
 * Counted from the entries themselves and from nothing kept beside them, so it proves something. It reads the whole
 * journal, once per look.
 */
const TRIAL_BALANCE = statement(
  'trial-balance',
  `SELECT merchant_account AS "merchantAccount", account, currency,
          coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0)::bigint AS "debitFen",
          coalesce(-sum(amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint AS "creditFen",
          sum(amount_fen)::bigint AS "balanceFen"
   FROM ledger_entries GROUP BY merchant_account, account, currency ORDER BY merchant_account, account, currency`,
);

/** The journal as staff read it. */
@Injectable()
export class LedgerDeskService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async trialBalance(): Promise<TrialBalance> {
    const items = await run<TrialBalance['items'][number]>(this.dataSource.manager, TRIAL_BALANCE, []);
    return { items, total: items.reduce((sum, { balanceFen }) => sum + balanceFen, 0) };
  }

  /** Newest first, by booking time and then number: instances commit in another order than they count. */
  async entries({ cursor, limit, ...filter }: EntryListQuery): Promise<EntryPage> {
    const query = this.dataSource
      .createQueryBuilder(LedgerEntry, 'e')
      .orderBy({ 'e.bookedAt': 'DESC', 'e.id': 'DESC' })
      .limit(limit + 1);
    const { since, before } = bounds(filter);
    if (since !== undefined) query.andWhere('e.bookedAt >= :since', { since });
    if (before !== undefined) query.andWhere('e.bookedAt < :before', { before });
    for (const name of ['account', 'merchantAccount', 'subjectId', 'movementId'] as const) {
      if (filter[name] !== undefined) query.andWhere(`e.${name} = :${name}`, { [name]: filter[name] });
    }
    if (cursor !== undefined) {
      const [bookedAt, id] = cursor.split('-').map(Number);
      query.andWhere('(e.bookedAt, e.id) < (:bookedAt, :id)', { bookedAt: new Date(bookedAt ?? 0), id });
    }
    const found = await query.getMany();
    const entries = found.slice(0, limit);
    const last = found.length > limit ? entries.at(-1) : undefined;
    return {
      items: entries.map(entryView),
      nextCursor: last === undefined ? null : `${last.bookedAt.getTime()}-${last.id}`,
    };
  }
}

function entryView({ id, bookedAt, ...entry }: LedgerEntry): EntryView {
  return { id: String(id), ...entry, bookedAt: toBeijingIso(bookedAt) };
}
