import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { sumFen } from '../common/fen.js';
import { Problem } from '../common/http/problem.js';
import { toBeijingIso } from '../common/time/beijing-time.js';
import { Clock } from '../common/time/clock.js';
import { transaction } from '../database/transaction.js';
import { newEvent } from '../jobs/event.js';
import { JobService } from '../jobs/job.service.js';
import { AuditService } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import { auditOrigin, type RequestOrigin } from '../operator/request-origin.js';
import type { Order } from '../order/order.entity.js';
import { OrderService } from '../order/order.service.js';
import type { Parcel, Shipment } from '../order/shipment.js';
import { Refund } from '../refund/refund.entity.js';
import { LIVE_STATUSES } from '../refund/refund.status.js';
import { CarrierList } from './carrier-list.js';
import { parcelsOf, type NewShipment } from './new-shipment.js';

/** WeChat allows one correction of a finished shipment (protocol §3.4). */
const MOST_REVISIONS = 2;

/** Sending goods, and their arrival. WeChat is told afterwards, by an effect. */
@Injectable()
export class ShipmentService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly orders: OrderService,
    private readonly carriers: CarrierList,
    private readonly jobs: JobService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes down that the goods of a paid order are on their way. The same again changes nothing; something else corrects
   * it, once.
   * @throws Problem `ORDER_NOT_FOUND`, `ORDER_NOT_SHIPPABLE`, `ORDER_REFUNDED`, `CARRIER_UNKNOWN`, `RECEIVER_PHONE_MISSING`,
   * `RESHIPMENT_USED`
   */
  async ship(
    orderId: string,
    wanted: NewShipment,
    operator: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<void> {
    if (!isUuid(orderId)) throw noSuchOrder();
    const names = await this.carrierNames(wanted);
    await transaction(this.dataSource, async (manager) => {
      const order = await this.orders.lock(manager, orderId);
      if (order === null) throw noSuchOrder();
      const items = await this.orders.itemsOf(manager, orderId);
      const parcels = parcelsOf(
        wanted,
        items.map(({ name }) => name),
      ).map((parcel) => named(parcel, names));
      const before = order.shipment;
      if (before !== null && isSame(before, wanted, parcels)) return;
      await this.refuseUnshippable(manager, order, parcels);
      const now = this.clock.now();
      const shipment: Shipment = {
        logisticsType: wanted.logisticsType,
        ...firstOf(parcels),
        parcels,
        shippedAt: toBeijingIso(now),
        revision: (before?.revision ?? 0) + 1,
      };
      await this.orders.ship(manager, order, shipment);
      await this.jobs.enqueue(manager, 'events', [newEvent('order.shipped', now, { orderId })]);
      await this.audit.record(manager, {
        operator,
        action: before === null ? 'order.shipped' : 'order.shipment_corrected',
        subjectKind: 'order',
        subjectId: orderId,
        before: before ?? undefined,
        after: shipment,
        ...auditOrigin(origin),
      });
    });
  }

  /**
   * The goods have arrived: the order is completed. Again changes nothing.
   * @throws Problem `ORDER_NOT_FOUND`, `ORDER_NOT_SHIPPED`
   */
  async receive(orderId: string, by: 'BUYER' | 'WECHAT'): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const order = await this.orders.lock(manager, orderId);
      if (order === null) throw noSuchOrder();
      if (order.status === 'COMPLETED') return;
      if (order.status !== 'SHIPPED' || order.shipment === null)
        throw new Problem('ORDER_NOT_SHIPPED', `The order is ${order.status}.`);
      const now = this.clock.now();
      await this.orders.complete(manager, order, {
        ...order.shipment,
        receivedAt: toBeijingIso(now),
        receivedBy: by,
      });
      await this.jobs.enqueue(manager, 'events', [newEvent('order.completed', now, { orderId })]);
    });
  }

  private async refuseUnshippable(
    manager: EntityManager,
    order: Order,
    parcels: readonly Parcel[],
  ): Promise<void> {
    const { id, status, shipment, paidFen, address } = order;
    if (status !== 'PAID' && status !== 'SHIPPED')
      throw new Problem('ORDER_NOT_SHIPPABLE', `The order is ${status}; only a paid one is shipped.`);
    if (shipment !== null && shipment.revision >= MOST_REVISIONS)
      throw new Problem('RESHIPMENT_USED', 'The shipment was corrected once; WeChat allows no more.');
    const refunds = await manager.findBy(Refund, { orderId: id, status: In(LIVE_STATUSES) });
    if (sumFen(refunds.map(({ amountFen }) => amountFen)) >= paidFen)
      throw new Problem('ORDER_REFUNDED', 'All of its money is refunded, or asked back.');
    if (parcels.some(({ carrier }) => carrier === 'SF') && address === null)
      throw new Problem(
        'RECEIVER_PHONE_MISSING',
        'SF shows a parcel only to its receiver’s phone number, and the order has no address.',
        {
          errors: [{ field: 'carrier', message: 'SF needs the phone number of the order’s address' }],
        },
      );
  }

  /** Without WeChat's list the code is taken as it is, and WeChat judges it when it is told. */
  private async carrierNames({ carrier, parcels = [] }: NewShipment): Promise<ReadonlyMap<string, string>> {
    const codes = parcels.map((parcel) => parcel.carrier);
    if (carrier !== undefined) codes.push(carrier);
    const known = codes.length > 0 ? await this.carriers.all() : undefined;
    const names = new Map(known?.map(({ code, name }) => [code, name]));
    const wrong = known && codes.find((code) => !names.has(code));
    if (wrong !== undefined) {
      const field = carrier === undefined ? `parcels.${codes.indexOf(wrong)}.carrier` : 'carrier';
      throw new Problem(
        'CARRIER_UNKNOWN',
        `WeChat knows no carrier ${wrong}; GET /api/v1/admin/carriers lists them.`,
        {
          errors: [{ field, message: 'is no code of a carrier' }],
        },
      );
    }
    return names;
  }
}

function named(parcel: Parcel, names: ReadonlyMap<string, string>): Parcel {
  const carrierName = parcel.carrier === undefined ? undefined : names.get(parcel.carrier);
  return carrierName === undefined ? parcel : { ...parcel, carrierName };
}

function firstOf([first]: readonly Parcel[]): Parcel {
  if (first === undefined) throw new Error('a shipment has no parcel');
  return first;
}

function isSame(shipment: Shipment, { logisticsType }: NewShipment, parcels: readonly Parcel[]): boolean {
  return shipment.logisticsType === logisticsType && contentOf(shipment.parcels) === contentOf(parcels);
}

/** What staff said of the parcels; the carrier's name comes from WeChat and may change. */
function contentOf(parcels: readonly Parcel[]): string {
  return JSON.stringify(parcels.map(({ carrier, trackingNo, itemDesc }) => [carrier, trackingNo, itemDesc]));
}

function noSuchOrder(): Problem {
  return new Problem('ORDER_NOT_FOUND', 'There is no such order.');
}
