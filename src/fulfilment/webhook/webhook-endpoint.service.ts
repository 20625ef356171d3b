import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { uuidv7 } from '../../common/uuid-v7.js';
import { Clock } from '../../common/time/clock.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { Problem } from '../../common/http/problem.js';
import { SEALED_COLUMNS } from '../../common/sealed-columns.js';
import { Sealing } from '../../common/sealed.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../../operator/audit.service.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { auditOrigin, type RequestOrigin } from '../../operator/request-origin.js';
import { AllowedHosts, isPublicAddress } from './address-guard.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import type {
  NewWebhook,
  Rotation,
  WebhookChange,
  WebhookView,
  WebhookWithSecret,
} from './webhook-endpoint.schema.js';
import { newWebhookSecret } from './webhook-secrets.js';

const HOUR_MS = 3600 * 1000;

/** The endpoints, for owners. A secret is shown when it is made and never again. */
@Injectable()
export class WebhookEndpointService {
  private readonly sealing: Sealing;
  private readonly allowed: AllowedHosts;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(SETTINGS) { data, webhook }: Settings,
  ) {
    this.sealing = new Sealing(data.encryptionKeys, SEALED_COLUMNS.webhookSecret.purpose);
    this.allowed = new AllowedHosts(webhook.allowedHosts);
  }

  /** @throws Problem `WEBHOOK_NOT_FOUND` */
  async view(id: string): Promise<WebhookView> {
    return view(await this.find(this.dataSource.manager, id));
  }

  /** @throws Problem `VALIDATION_FAILED` for an address that would be refused when delivering */
  async create(wanted: NewWebhook, by: OperatorPrincipal, origin: RequestOrigin): Promise<WebhookWithSecret> {
    this.refuseInside(wanted.url);
    const id = uuidv7();
    const secret = newWebhookSecret();
    const endpoint: WebhookEndpoint = {
      id,
      url: wanted.url,
      description: wanted.description ?? null,
      eventTypes: wanted.eventTypes,
      enabled: wanted.enabled,
      secretSealed: this.sealing.seal(secret, id),
      previousSecretSealed: null,
      previousSecretUntil: null,
      createdAt: this.clock.now(),
    };
    await transaction(this.dataSource, async (manager) => {
      await manager.insert(WebhookEndpoint, endpoint);
      await this.record(manager, 'created', id, by, origin, { after: audited(endpoint) });
    });
    return { ...view(endpoint), secret };
  }

  /** @throws Problem `WEBHOOK_NOT_FOUND`, `VALIDATION_FAILED` */
  async change(
    id: string,
    change: WebhookChange,
    by: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<WebhookView> {
    if (change.url !== undefined) this.refuseInside(change.url);
    return transaction(this.dataSource, async (manager) => {
      const before = await this.lock(manager, id);
      await manager.update(WebhookEndpoint, { id }, change as Partial<WebhookEndpoint>);
      const after = await this.find(manager, id);
      await this.record(manager, 'changed', id, by, origin, {
        before: audited(before),
        after: audited(after),
      });
      return view(after);
    });
  }

  /** What was planned for it and not delivered is then refused. @throws Problem `WEBHOOK_NOT_FOUND` */
  async remove(id: string, by: OperatorPrincipal, origin: RequestOrigin): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const before = await this.lock(manager, id);
      await manager.delete(WebhookEndpoint, { id });
      await this.record(manager, 'deleted', id, by, origin, { before: audited(before) });
    });
  }

  /**
   * A new secret, at once. The old one signs beside it for `overlapHours`, so the receiver changes in its own time.
   * @throws Problem `WEBHOOK_NOT_FOUND`
   */
  async rotate(
    id: string,
    { overlapHours }: Rotation,
    by: OperatorPrincipal,
    origin: RequestOrigin,
  ): Promise<WebhookWithSecret> {
    const secret = newWebhookSecret();
    return transaction(this.dataSource, async (manager) => {
      const { secretSealed } = await this.lock(manager, id);
      await manager.update(
        WebhookEndpoint,
        { id },
        {
          secretSealed: this.sealing.seal(secret, id),
          previousSecretSealed: overlapHours === 0 ? null : secretSealed,
          previousSecretUntil:
            overlapHours === 0 ? null : new Date(new Date().getTime() + overlapHours * HOUR_MS),
        },
      );
      await this.record(manager, 'secret_rotated', id, by, origin, { after: { overlapHours } });
      return { ...view(await this.find(manager, id)), secret };
    });
  }

  /** Said when saving, as a courtesy; what holds is the guard of every connection. */
  private refuseInside(text: string): void {
    const { protocol, hostname, username, password } = new URL(text);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const inside = /^[\d.]+$|:/.test(host) ? !isPublicAddress(host) : host === 'localhost';
    let message: string | undefined;
    if (username !== '' || password !== '') message = 'must not carry a user or a password';
    else if (!this.allowed.has(host)) {
      if (inside) message = 'is no public address; WEBHOOK_ALLOWED_HOSTS can name it';
      else if (protocol !== 'https:') message = 'must be https';
    }
    if (message === undefined) return;
    throw new Problem('VALIDATION_FAILED', `url ${message}.`, { errors: [{ field: 'url', message }] });
  }

  private async find(manager: EntityManager, id: string): Promise<WebhookEndpoint> {
    const found = isUuid(id) ? await manager.findOneBy(WebhookEndpoint, { id }) : null;
    if (found === null) throw notFound();
    return found;
  }

  private async lock(manager: EntityManager, id: string): Promise<WebhookEndpoint> {
    const found = isUuid(id)
      ? await manager.findOne(WebhookEndpoint, { where: { id }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (found === null) throw notFound();
    return found;
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
      action: `webhook.${what}`,
      subjectKind: 'webhook',
      subjectId,
      ...change,
      ...auditOrigin(origin),
    });
  }
}

export function view(endpoint: WebhookEndpoint): WebhookView {
  const { id, url, description, eventTypes, enabled, previousSecretUntil, createdAt } = endpoint;
  return {
    id,
    url,
    ...(description !== null && { description }),
    eventTypes,
    enabled,
    ...(previousSecretUntil && { previousSecretUntil: toBeijingIso(previousSecretUntil) }),
    createdAt: toBeijingIso(createdAt),
  };
}

function audited({ url, description, eventTypes, enabled }: WebhookEndpoint): Record<string, unknown> {
  return { url, description, eventTypes, enabled };
}

function notFound(): Problem {
  return new Problem('WEBHOOK_NOT_FOUND', 'There is no such webhook.');
}
