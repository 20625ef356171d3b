import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Problem } from '../../common/http/problem.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { Clock } from '../../common/time/clock.js';
import { run, statement } from '../../database/sql.js';
import { transaction } from '../../database/transaction.js';
import { lockOwnRequest } from '../own-request.js';
import { decided } from '../refund-review.service.js';
import type { PictureList, PictureView } from './picture.schema.js';
import { PICTURE_TYPES, pictureType, type PictureType } from './picture-type.js';

/** Enough to show a parcel from all sides; each is a megabyte at most. */
const PICTURES_MAX = 6;
const KEPT_MS = 400 * 24 * 3600 * 1000;

const IDS = statement('ids-of-refund-pictures', 'SELECT id FROM refund_pictures WHERE refund_id = $1');
const INSERT = statement(
  'insert-refund-picture',
  'INSERT INTO refund_pictures (id, refund_id, media_type, bytes, created_at) VALUES ($1, $2, $3, $4, $5)',
);
const LIST = statement(
  'list-refund-pictures',
  `SELECT id, media_type AS "mediaType", octet_length(bytes) AS size, created_at AS "createdAt"
   FROM refund_pictures WHERE refund_id = $1 ORDER BY created_at, id`,
);
const READ = statement(
  'read-refund-picture',
  'SELECT media_type AS "mediaType", bytes FROM refund_pictures WHERE refund_id = $1 AND id = $2',
);
const PRUNE = statement(
  'prune-refund-pictures',
  `DELETE FROM refund_pictures WHERE id IN
     (SELECT id FROM refund_pictures WHERE created_at < $1 ORDER BY created_at LIMIT $2) RETURNING id`,
);

type PictureRow = Omit<PictureView, 'createdAt'> & { createdAt: Date };

/** Pictures by which a buyer shows why he wants his money back. */
@Injectable()
export class PictureService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * Adds a picture to a request that nobody has decided yet. The same id again changes nothing.
   * @param id owned by the Idempotency-Key
   * @throws Problem `REFUND_NOT_FOUND` for anything but this buyer's own request, `REFUND_ALREADY_DECIDED`,
   *   `UNSUPPORTED_MEDIA_TYPE`, `TOO_MANY_PICTURES`
   */
  async add(id: string, refundId: string, buyerId: string, bytes: Buffer): Promise<PictureView> {
    const mediaType = pictureType(bytes);
    if (mediaType === undefined)
      throw new Problem('UNSUPPORTED_MEDIA_TYPE', `Send a picture: ${PICTURE_TYPES.join(', ')}.`);
    const createdAt = this.clock.now();
    await transaction(this.dataSource, async (manager) => {
      // Under the lock pictures come one after the other, and none after the decision.
      const refund = await lockOwnRequest(manager, refundId, buyerId);
      if (refund.status !== 'REQUESTED') throw decided(refund);
      const there = await run<{ id: string }>(manager, IDS, [refundId]);
      if (there.some((each) => each.id === id)) return;
      if (there.length >= PICTURES_MAX)
        throw new Problem('TOO_MANY_PICTURES', `A refund takes at most ${PICTURES_MAX} pictures.`);
      await run(manager, INSERT, [id, refundId, mediaType, bytes, createdAt]);
    });
    return { id, mediaType, size: bytes.length, createdAt: toBeijingIso(createdAt) };
  }

  /** In the order they were added. */
  async list(refundId: string): Promise<PictureList> {
    const rows = isUuid(refundId) ? await run<PictureRow>(this.dataSource.manager, LIST, [refundId]) : [];
    return {
      items: rows.map((row) => ({ ...row, createdAt: toBeijingIso(row.createdAt) })),
      nextCursor: null,
    };
  }

  /** @throws Problem `NOT_FOUND` */
  async read(refundId: string, id: string): Promise<{ mediaType: PictureType; bytes: Buffer }> {
    const values = [refundId, id];
    const [picture] = values.every((each) => isUuid(each))
      ? await run<{ mediaType: PictureType; bytes: Buffer }>(this.dataSource.manager, READ, values)
      : [];
    if (picture === undefined) throw new Problem('NOT_FOUND', 'There is no such picture.');
    return picture;
  }

  /**
   * Forgets what is older than any dispute.
   * @param most at once
   * @returns how many are gone; fewer than `most` when nothing is left
   */
  async prune(most: number): Promise<number> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    return (await run(this.dataSource.manager, PRUNE, [before, most])).length;
  }
}
