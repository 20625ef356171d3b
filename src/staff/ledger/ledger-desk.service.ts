import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { bounds, readPlanned } from '../../common/http/list-query.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { LedgerEntry } from '../../ledger/ledger-entry.entity.js';
import { TrialBalanceService } from '../../ledger/trial-balance.service.js';
import type { EntryListQuery, EntryPage, EntryView, TrialBalance } from './ledger.schema.js';

/** The journal as staff read it. */
@Injectable()
export class LedgerDeskService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly balances: TrialBalanceService,
  ) {}

  async trialBalance(): Promise<TrialBalance> {
    const items = await this.balances.read();
    return { items, nextCursor: null, total: items.reduce((sum, { balanceFen }) => sum + balanceFen, 0) };
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
    const found = await readPlanned(query);
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
