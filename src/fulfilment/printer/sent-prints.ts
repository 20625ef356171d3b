import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { run, statement } from '../../database/sql.js';
import { SentPrint } from './sent-print.entity.js';
import type { Others } from './was-taken.js';

const SENDING = statement(
  'print-is-sent',
  `INSERT INTO sent_prints (effect_id, sn, taken_before, counted_at, sent_at) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (effect_id) DO UPDATE SET sn = excluded.sn, taken_before = excluded.taken_before,
     counted_at = excluded.counted_at, sent_at = excluded.sent_at, taken_at = NULL, print_no = NULL`,
);
const TAKEN = statement(
  'print-is-taken',
  'UPDATE sent_prints SET taken_at = $2, print_no = $3 WHERE effect_id = $1',
);
const REFUSED = statement('print-is-refused', 'DELETE FROM sent_prints WHERE effect_id = $1');
/** One that was never answered, also not when its schedule was over, is forgotten as a possibility after a day. */
const OTHERS = statement(
  'other-prints-of-printer',
  `SELECT count(*) FILTER (WHERE taken_at IS NOT NULL AND sent_at > $3)::int AS certain, count(*)::int AS possible
   FROM sent_prints
   WHERE sn = $1 AND effect_id <> $2 AND sent_at > $3::timestamptz - interval '1 day' AND (taken_at IS NULL OR taken_at > $3)`,
);

/** What was sent to printers and what became of it; each statement commits for itself, before or after a call. */
@Injectable()
export class SentPrints {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  find(effectId: string): Promise<SentPrint | null> {
    return this.dataSource.manager.findOneBy(SentPrint, { effectId });
  }

  async sending(print: Omit<SentPrint, 'takenAt' | 'printNo'>): Promise<void> {
    const { effectId, sn, takenBefore, countedAt, sentAt } = print;
    await run(this.dataSource.manager, SENDING, [effectId, sn, takenBefore, countedAt, sentAt]);
  }

  async taken(effectId: string, at: Date, printNo: string | null): Promise<void> {
    await run(this.dataSource.manager, TAKEN, [effectId, at, printNo]);
  }

  async refused(effectId: string): Promise<void> {
    await run(this.dataSource.manager, REFUSED, [effectId]);
  }

  async others({ sn, effectId, countedAt }: SentPrint): Promise<Others> {
    const [others] = await run<Others>(this.dataSource.manager, OTHERS, [sn, effectId, countedAt]);
    return others ?? { certain: 0, possible: 0 };
  }
}
