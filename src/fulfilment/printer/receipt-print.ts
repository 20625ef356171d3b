import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { Clock } from '../../common/time/clock.js';
import type { DomainEvent, OrderEvent } from '../../jobs/event.js';
import { OrderItem } from '../../order/order-item.entity.js';
import { Order } from '../../order/order.entity.js';
import type { Effect } from '../effect/effect.entity.js';
import {
  done,
  later,
  refused,
  WECHAT_CALENDAR,
  type EffectKind,
  type EffectResult,
  type PlannedEffect,
} from '../effect/effect-kind.js';
import { CloudRefused, CloudSilent, PRINTER_CLOUD, type PrinterCloud } from './printer-cloud.js';
import { PrinterService, type PrinterTarget } from './printer.service.js';
import type { SentPrint } from './sent-print.entity.js';
import { SentPrints } from './sent-prints.js';
import { wasTaken } from './was-taken.js';
import { orderTicket, ticketSchema, withNotice } from './ticket.js';

export const PRINT = 'print';

const DAY_MS = 24 * 3600 * 1000;
/** A printer that is on needs a second or two. */
const PRINTING_MS = 3000;
const NEW_ORDER = '新订单';
const PERHAPS_TWICE = '** 补打：可能与前一张重复，请核对订单号 **';

/**
 * Prints a ticket for each paid order (A18). A lost answer is no "not printed": before a ticket is sent again the cloud
 * is asked, and taken is not printed either: only when the paper is out the effect is done.
 */
@Injectable()
export class ReceiptPrint implements EffectKind {
  readonly kind = PRINT;
  readonly schedule = WECHAT_CALENDAR;

  constructor(
    private readonly printers: PrinterService,
    private readonly sent: SentPrints,
    @Inject(PRINTER_CLOUD) private readonly cloud: PrinterCloud,
    private readonly clock: Clock,
  ) {}

  async concerning(events: readonly DomainEvent[], manager: EntityManager): Promise<readonly DomainEvent[]> {
    const paid = events.filter(({ type }) => type === 'payment.succeeded');
    return paid.length > 0 && (await this.printers.enabled(manager)).length > 0 ? paid : [];
  }

  async plan({ orderId }: OrderEvent, manager: EntityManager): Promise<PlannedEffect[]> {
    const printers = await this.printers.enabled(manager);
    return printers.length === 0 ? [] : this.tickets(manager, orderId, NEW_ORDER, printers);
  }

  /** One effect for each printer, with the ticket as it is now. */
  async tickets(
    manager: EntityManager,
    orderId: string,
    title: string,
    printers: readonly PrinterTarget[],
  ): Promise<PlannedEffect[]> {
    const order = await manager.findOneByOrFail(Order, { id: orderId });
    const items = await manager.find(OrderItem, { where: { orderId }, order: { line: 'ASC' } });
    const payload = orderTicket(title, order, items);
    return printers.map(({ id }) => ({
      target: id,
      subject: { kind: 'order', id: orderId },
      orderId,
      payload,
    }));
  }

  async run(effect: Effect): Promise<EffectResult> {
    const printer = await this.printers.target(effect.target);
    if (printer === undefined) return refused('PRINTER_GONE', 'the printer was deleted or is switched off');
    const before = await this.sent.find(effect.id);
    try {
      if (before === null) return await this.send(effect, printer, false);
      if (before.printNo !== null) return await this.followUp(before.printNo);
      const taken = await this.askTaken(before);
      if (taken !== 'yes') return await this.send(effect, printer, taken === 'unsure');
      await this.sent.taken(effect.id, this.clock.now(), null);
      return done('COUNTED', 'the cloud has counted it as taken');
    } catch (error) {
      if (error instanceof CloudRefused) return later(error.code, error.message);
      if (error instanceof CloudSilent) return later('NO_ANSWER', error.message);
      throw error;
    }
  }

  private async followUp(printNo: string): Promise<EffectResult> {
    return (await this.cloud.isPrinted(printNo))
      ? done('PRINTED', printNo)
      : later('WAITING', 'the cloud has it, the printer has not printed it: offline or out of paper?');
  }

  private async send(
    effect: Effect,
    { sn, copies }: PrinterTarget,
    perhapsTwice: boolean,
  ): Promise<EffectResult> {
    const ticket = ticketSchema.parse(effect.payload);
    const countedAt = this.clock.now();
    const takenBefore = await this.cloud.takenOn(sn, dayOf(countedAt));
    await this.sent.sending({
      effectId: effect.id,
      sn,
      takenBefore,
      countedAt,
      sentAt: this.clock.now(),
    });
    let printNo: string;
    try {
      printNo = await this.cloud.print(sn, perhapsTwice ? withNotice(ticket, PERHAPS_TWICE) : ticket, copies);
    } catch (error) {
      if (error instanceof CloudRefused) await this.sent.refused(effect.id);
      throw error;
    }
    const now = this.clock.now();
    await this.sent.taken(effect.id, now, printNo);
    return later('TAKEN', printNo, new Date(now.getTime() + PRINTING_MS));
  }

  /** The cloud counts by days: every day since is added up. */
  private async askTaken(before: SentPrint): Promise<'yes' | 'no' | 'unsure'> {
    const days = new Set<string>();
    const now = this.clock.now();
    for (let time = before.countedAt.getTime(); time < now.getTime(); time += DAY_MS)
      days.add(dayOf(new Date(time)));
    days.add(dayOf(now));
    let taken = 0;
    for (const day of days) taken += await this.cloud.takenOn(before.sn, day);
    return wasTaken(taken - before.takenBefore, await this.sent.others(before));
  }
}

function dayOf(time: Date): string {
  return toBeijingIso(time).slice(0, 10);
}
