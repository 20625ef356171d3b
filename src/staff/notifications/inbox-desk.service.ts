import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { newestPage } from '../../common/http/list-query.js';
import { Problem } from '../../common/http/problem.js';
import { Notification } from '../../notify/notification.entity.js';
import type { InboxDetail, InboxListQuery, InboxPage } from './inbox.schema.js';
import { inboxDetail, inboxRow, type NotificationHead } from './inbox.view.js';

/** The inbox as staff read it (A24). */
@Injectable()
export class InboxDeskService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async list({ kind, outcome, orderId, ...range }: InboxListQuery): Promise<InboxPage> {
    const query = heads(this.dataSource.manager);
    if (kind !== undefined) query.andWhere('n.kind = :kind', { kind });
    if (outcome !== undefined) query.andWhere('n.verdict = :outcome', { outcome });
    if (orderId !== undefined) query.andWhere('n.orderId = :orderId', { orderId });
    const { rows, nextCursor } = await newestPage(query, 'receivedAt', range);
    return { items: rows.map(inboxRow), nextCursor };
  }

  /** @throws Problem `NOTIFICATION_NOT_FOUND` */
  async view(id: string): Promise<InboxDetail> {
    return inboxDetail(await this.find(id));
  }

  /** @throws Problem `NOTIFICATION_NOT_FOUND` */
  async find(id: string): Promise<Notification> {
    const found = isUuid(id) ? await this.dataSource.manager.findOneBy(Notification, { id }) : null;
    if (found === null) throw new Problem('NOTIFICATION_NOT_FOUND', 'There is no such notification.');
    return found;
  }
}

const HEAD = [
  'id',
  'accountId',
  'kind',
  'receivedAt',
  'verdict',
  'reason',
  'verified',
  'sourceIp',
  'outTradeNo',
  'transactionId',
  'orderId',
  'paymentId',
  'refundId',
] as const satisfies (keyof NotificationHead)[];

/** Notifications without their bytes. */
export function heads(manager: EntityManager): SelectQueryBuilder<NotificationHead> {
  return manager.createQueryBuilder(Notification, 'n').select(HEAD.map((name) => `n.${name}`));
}
