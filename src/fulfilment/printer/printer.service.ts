import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { Clock } from '../../common/time/clock.js';
import { Problem } from '../../common/http/problem.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';
import { sqlState, transaction } from '../../database/transaction.js';
import { AuditService } from '../../operator/audit.service.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { auditOrigin, type RequestOrigin } from '../../operator/request-origin.js';
import { Printer } from './printer.entity.js';
import type { NewPrinter, PrinterChange, PrinterView } from './printer.schema.js';

/** Id of the printer that the settings name. */
const DEFAULT_PRINTER = 'default';

/** Asked for every few payments. */
const ENABLED = statement(
  'enabled-printers',
  'SELECT id, sn, copies FROM printers WHERE enabled ORDER BY id',
);

export interface PrinterTarget {
  id: string;
  sn: string;
  copies: number;
}

/** The printers: one from the settings (FEIE_SN), the others kept here. */
@Injectable()
export class PrinterService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Those that print each paid order. */
  async enabled(manager: EntityManager): Promise<PrinterTarget[]> {
    const rows = await run<PrinterTarget>(manager, ENABLED, []);
    const fromSettings = this.fromSettings();
    return fromSettings === undefined ? rows : [fromSettings, ...rows];
  }

  /** @returns undefined when it is gone or switched off */
  async target(id: string): Promise<PrinterTarget | undefined> {
    if (id === DEFAULT_PRINTER) return this.fromSettings();
    return (await this.dataSource.manager.findOneBy(Printer, { id, enabled: true })) ?? undefined;
  }

  /** The one of the settings first, then the oldest; a shop has a handful. */
  async list(): Promise<PrinterView[]> {
    const rows = await this.dataSource.manager.find(Printer, { order: { createdAt: 'ASC', id: 'ASC' } });
    const fromSettings = this.fromSettings();
    return [...(fromSettings === undefined ? [] : [viewOfSettings(fromSettings)]), ...rows.map(view)];
  }

  /** @throws Problem `PRINTER_NOT_FOUND` */
  async view(id: string): Promise<PrinterView> {
    const fromSettings = id === DEFAULT_PRINTER ? this.fromSettings() : undefined;
    if (fromSettings !== undefined) return viewOfSettings(fromSettings);
    const row = isUuid(id) ? await this.dataSource.manager.findOneBy(Printer, { id }) : null;
    if (row === null) throw notFound();
    return view(row);
  }

  /** @throws Problem `PRINTER_KNOWN`, `PRINTER_ACCOUNT_MISSING` */
  async create(
    id: string,
    wanted: NewPrinter,
    by: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<PrinterView> {
    if (this.settings.feie === undefined)
      throw new Problem('PRINTER_ACCOUNT_MISSING', 'Set FEIE_USER and FEIE_UKEY first.');
    this.refuseKnown(wanted.sn);
    const printer: Printer = { id, ...wanted, createdAt: this.clock.now() };
    await transaction(this.dataSource, async (manager) => {
      if (await manager.existsBy(Printer, { id })) return;
      await manager.insert(Printer, printer);
      await this.record(manager, 'created', id, by, origin, { after: wanted });
    }).catch(refuseTaken);
    return this.view(id);
  }

  /** @throws Problem `PRINTER_NOT_FOUND`, `PRINTER_FROM_SETTINGS`, `PRINTER_KNOWN` */
  async change(
    id: string,
    change: PrinterChange,
    by: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<PrinterView> {
    if (change.sn !== undefined) this.refuseKnown(change.sn);
    await transaction(this.dataSource, async (manager) => {
      const { name, sn, copies, enabled } = await this.lock(manager, id);
      await manager.update(Printer, { id }, change as Partial<Printer>);
      const before = { name, sn, copies, enabled };
      await this.record(manager, 'changed', id, by, origin, { before, after: { ...before, ...change } });
    }).catch(refuseTaken);
    return this.view(id);
  }

  /** What waits to be printed there is then refused. @throws Problem `PRINTER_NOT_FOUND`, `PRINTER_FROM_SETTINGS` */
  async remove(id: string, by: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const { name, sn } = await this.lock(manager, id);
      await manager.delete(Printer, { id });
      await this.record(manager, 'deleted', id, by, origin, { before: { name, sn } });
    });
  }

  private fromSettings(): PrinterTarget | undefined {
    const sn = this.settings.feie?.sn;
    return sn === undefined ? undefined : { id: DEFAULT_PRINTER, sn, copies: 1 };
  }

  private async lock(manager: EntityManager, id: string): Promise<Printer> {
    if (id === DEFAULT_PRINTER && this.fromSettings() !== undefined)
      throw new Problem('PRINTER_FROM_SETTINGS', 'Change FEIE_SN in the settings instead.');
    const row = isUuid(id)
      ? await manager.findOne(Printer, { where: { id }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (row === null) throw notFound();
    return row;
  }

  private refuseKnown(sn: string): void {
    if (this.fromSettings()?.sn === sn) throw known();
  }

  private record(
    manager: EntityManager,
    what: string,
    subjectId: string,
    operator: OperatorPrincipal,
    origin: RequestOrigin,
    change: { before?: unknown; after?: unknown },
  ): Promise<void> {
    return this.audit.record(manager, {
      operator,
      action: `printer.${what}`,
      subjectKind: 'printer',
      subjectId,
      ...change,
      ...auditOrigin(origin),
    });
  }
}

function view({ id, name, sn, copies, enabled, createdAt }: Printer): PrinterView {
  return { id, name, sn, copies, enabled, fromSettings: false, createdAt: toBeijingIso(createdAt) };
}

function viewOfSettings({ id, sn, copies }: PrinterTarget): PrinterView {
  return { id, name: '默认打印机', sn, copies, enabled: true, fromSettings: true };
}

function refuseTaken(error: unknown): never {
  throw sqlState(error) === '23505' ? known() : error;
}

function known(): Problem {
  return new Problem('PRINTER_KNOWN', 'There is a printer with this number.', {
    errors: [{ field: 'sn', message: 'is the number of another printer' }],
  });
}

function notFound(): Problem {
  return new Problem('PRINTER_NOT_FOUND', 'There is no such printer.');
}
