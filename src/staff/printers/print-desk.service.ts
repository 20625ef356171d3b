import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Problem } from '../../common/http/problem.js';
import { transaction } from '../../database/transaction.js';
import { EffectWorker } from '../../fulfilment/effect/effect-worker.js';
import { Effect } from '../../fulfilment/effect/effect.entity.js';
import { EffectService } from '../../fulfilment/effect/effect.service.js';
import { CloudRefused, PRINTER_CLOUD, type PrinterCloud } from '../../fulfilment/printer/printer-cloud.js';
import { PrinterService, type PrinterTarget } from '../../fulfilment/printer/printer.service.js';
import { PRINT, ReceiptPrint } from '../../fulfilment/printer/receipt-print.js';
import { AuditService } from '../../operator/audit.service.js';
import { auditOrigin } from '../../operator/request-origin.js';
import { Order } from '../../order/order.entity.js';
import { effectRow } from '../effects/effect.view.js';
import type { By } from '../staff-action.service.js';
import type { Prints, PrinterStatus } from './printer.schema.js';

const TITLE = '补打小票';

/** Printing an order again by hand, and asking how a printer is. */
@Injectable()
export class PrintDeskService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly printers: PrinterService,
    private readonly receipts: ReceiptPrint,
    private readonly effects: EffectService,
    private readonly worker: EffectWorker,
    private readonly audit: AuditService,
    @Inject(PRINTER_CLOUD) private readonly cloud: PrinterCloud,
  ) {}

  /**
   * Plans one print for each printer.
   * @param requestId owned by the Idempotency-Key: the same request prints once
   * @throws Problem `ORDER_NOT_FOUND`, `ORDER_NOT_PAID`, `PRINTER_NOT_FOUND`, `NO_PRINTER`
   */
  async print(
    requestId: string,
    orderId: string,
    printerId: string | undefined,
    { operator, origin }: By,
  ): Promise<Prints> {
    const order = isUuid(orderId) ? await this.dataSource.manager.findOneBy(Order, { id: orderId }) : null;
    if (order === null) throw new Problem('ORDER_NOT_FOUND', 'There is no such order.');
    if (order.paidAt === null) throw new Problem('ORDER_NOT_PAID', 'A ticket is for a paid order.');
    const targets = await this.targets(printerId);
    const keys = targets.map(({ id }) => `${requestId}:${PRINT}:${id}`);
    await transaction(this.dataSource, async (manager) => {
      const planned = await this.receipts.tickets(manager, orderId, TITLE, targets);
      await this.effects.add(
        manager,
        planned.map((effect) => ({
          ...effect,
          kind: PRINT,
          dedupeKey: `${requestId}:${PRINT}:${effect.target}`,
        })),
      );
      await this.audit.record(manager, {
        operator,
        action: 'order.print_requested',
        subjectKind: 'order',
        subjectId: orderId,
        after: { printers: targets.map(({ id }) => id) },
        ...auditOrigin(origin),
      });
    });
    this.worker.wake();
    const rows = await this.dataSource.manager.findBy(Effect, { dedupeKey: In(keys) });
    return { items: rows.map(effectRow) };
  }

  /** @throws Problem `PRINTER_NOT_FOUND`, `PRINTER_CLOUD_UNAVAILABLE` */
  async status(id: string): Promise<PrinterStatus> {
    const { sn } = await this.printers.view(id);
    try {
      return { words: await this.cloud.status(sn) };
    } catch (error) {
      const words = error instanceof Error ? error.message : 'no answer';
      const code = error instanceof CloudRefused ? `${error.code}: ` : '';
      throw new Problem('PRINTER_CLOUD_UNAVAILABLE', `${code}${words}`);
    }
  }

  private async targets(printerId: string | undefined): Promise<PrinterTarget[]> {
    if (printerId !== undefined) {
      const { id, sn, copies } = await this.printers.view(printerId);
      return [{ id, sn, copies }];
    }
    const enabled = await this.printers.enabled(this.dataSource.manager);
    if (enabled.length === 0) throw new Problem('NO_PRINTER', 'No printer is switched on.');
    return enabled;
  }
}
