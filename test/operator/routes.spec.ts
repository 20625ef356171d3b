import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { OperatorGuard } from '../../src/operator/operator.guard.js';
import { rolesWith, ROLES, type Permission, type Role } from '../../src/operator/permissions.js';
import { CsrfToken } from '../../src/operator/session/csrf-token.js';
import { SessionService } from '../../src/operator/session/session.service.js';
import { createOperator, request, type Credentials } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

/** Every staff route and what it takes. A new route fails this file until somebody has decided who may use it. */
const ROUTES: Readonly<Record<string, Permission | 'anybody'>> = {
  'POST /sessions': 'anybody',
  'GET /sessions': 'self',
  'DELETE /sessions/current': 'self',
  'DELETE /sessions/{id}': 'self',
  'POST /sessions/current/step-up': 'self',
  'GET /me': 'self',
  'POST /me/password': 'self',
  'POST /me/totp': 'self',
  'POST /me/totp/confirm': 'self',
  'DELETE /me/totp': 'self',
  'GET /operators': 'operators.manage',
  'POST /operators': 'operators.manage',
  'GET /operators/{id}': 'operators.manage',
  'PATCH /operators/{id}': 'operators.manage',
  'DELETE /operators/{id}': 'operators.manage',
  'POST /operators/{id}/password': 'operators.manage',
  'DELETE /operators/{id}/totp': 'operators.manage',
  'GET /audit-log': 'audit.read',
  'GET /audit-log/verification': 'audit.read',
  'GET /settings': 'settings.read',
  'GET /products': 'products.read',
  'POST /products': 'products.manage',
  'GET /products/{id}': 'products.read',
  'PATCH /products/{id}': 'products.manage',
  'DELETE /products/{id}': 'products.manage',
  'GET /stats': 'orders.read',
  'GET /events': 'orders.read',
  'GET /orders.csv': 'books.export',
  'GET /audit-log.csv': 'audit.read',
  'GET /refunds.csv': 'books.export',
  'GET /ledger/entries.csv': 'books.export',
  'GET /orders': 'orders.read',
  'GET /orders/{id}': 'orders.read',
  'POST /orders/{id}/close': 'orders.close',
  'POST /orders/{id}/shipment': 'orders.ship',
  'GET /carriers': 'orders.read',
  'GET /payments': 'payments.read',
  'GET /payments/{id}': 'payments.read',
  'POST /payments/{id}/sync': 'payments.sync',
  'GET /notifications': 'notifications.read',
  'GET /notifications/{id}': 'notifications.read',
  'POST /notifications/{id}/replay': 'notifications.replay',
  'GET /effects': 'effects.read',
  'GET /effects/{id}': 'effects.read',
  'POST /effects/{id}/replay': 'effects.replay',
  'GET /jobs': 'jobs.read',
  'POST /jobs/{id}/retry': 'jobs.retry',
  'GET /webhooks': 'webhooks.read',
  'POST /webhooks': 'webhooks.manage',
  'GET /webhooks/{id}': 'webhooks.read',
  'PATCH /webhooks/{id}': 'webhooks.manage',
  'DELETE /webhooks/{id}': 'webhooks.manage',
  'POST /webhooks/{id}/rotate-secret': 'webhooks.manage',
  'GET /webhooks/{id}/deliveries': 'webhooks.read',
  'POST /webhooks/{id}/deliveries/{deliveryId}/replay': 'effects.replay',
  'GET /printers': 'printers.read',
  'POST /printers': 'printers.manage',
  'GET /printers/{id}': 'printers.read',
  'PATCH /printers/{id}': 'printers.manage',
  'DELETE /printers/{id}': 'printers.manage',
  'GET /printers/{id}/status': 'printers.read',
  'POST /orders/{id}/print': 'orders.print',
  'GET /ledger/accounts': 'ledger.read',
  'GET /ledger/entries': 'ledger.read',
  'GET /reconciliations': 'reconciliation.read',
  'POST /reconciliations': 'reconciliation.run',
  'GET /reconciliations/{id}': 'reconciliation.read',
  'POST /reconciliations/{id}/differences/{diffId}/take': 'reconciliation.resolve',
  'POST /reconciliations/{id}/differences/{diffId}/resolve': 'reconciliation.resolve',
  'GET /suspense': 'suspense.read',
  'GET /suspense/{id}': 'suspense.read',
  'POST /suspense/{id}/return': 'suspense.decide',
  'POST /suspense/{id}/accept': 'suspense.decide',
  'GET /buyers': 'buyers.read',
  'GET /buyers/{id}': 'buyers.read',
  'PUT /buyers/{id}/note': 'buyers.manage',
  'POST /buyers/{id}/block': 'buyers.manage',
  'POST /buyers/{id}/unblock': 'buyers.manage',
  'GET /coupons': 'coupons.read',
  'POST /coupons': 'coupons.manage',
  'GET /coupons/{id}': 'coupons.read',
  'PATCH /coupons/{id}': 'coupons.manage',
  'DELETE /coupons/{id}': 'coupons.manage',
  'GET /refunds': 'refunds.read',
  'GET /refunds/counts': 'refunds.read',
  'GET /refunds/{id}': 'refunds.read',
  'GET /refunds/{id}/pictures': 'refunds.read',
  'GET /refunds/{id}/pictures/{pictureId}': 'refunds.read',
  'POST /orders/{id}/refunds': 'refunds.request',
  'POST /refunds/{id}/approve': 'refunds.review',
  'POST /refunds/{id}/reject': 'refunds.review',
  'POST /refunds/{id}/retry': 'refunds.execute',
  'POST /refunds/{id}/abnormal': 'refunds.review',
  'POST /refunds/{id}/sync': 'refunds.execute',
};

const PREFIX = '/api/v1/admin';

interface OpenApi {
  paths: Record<string, Record<string, { 'x-requires'?: string }>>;
}

let system: System;
let routes: { name: string; method: string; path: string; documented: string | undefined }[];
const staff = new Map<Role, Credentials>();

beforeAll(async () => {
  system = await startSystem();
  for (const role of ROLES) staff.set(role, await createOperator(system, role));
  const document = (await (await fetch(`${system.url}/docs/openapi.json`)).json()) as OpenApi;
  routes = Object.entries(document.paths)
    .filter(([path]) => path.startsWith(PREFIX))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path.slice(PREFIX.length)}`,
        method: method.toUpperCase(),
        path: path.replaceAll(/\{\w+\}/g, '01920000-0000-7000-8000-000000000000'),
        documented: operation['x-requires'],
      })),
    );
});
afterAll(() => system.stop());

/** A session without the work of a login; a route may end it. */
async function tokenOf(role: Role): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await system.database.query(
    `INSERT INTO operator_sessions (id, operator_id, token_hash, created_at, expires_at, last_seen_at)
     VALUES (gen_random_uuid(), $1, $2, now(), now() + interval '1 hour', now())`,
    [staff.get(role)?.id, createHash('sha256').update(token).digest()],
  );
  return token;
}

describe('every staff route', () => {
  it('is one somebody has decided about, and says so in the document', () => {
    const documented = routes.map(({ name, documented }) => [name, documented ?? 'anybody']);
    expect(Object.fromEntries(documented)).toEqual(ROUTES);
  });

  it('is closed without a session', async () => {
    for (const { name, method, path } of routes.filter(({ name }) => ROUTES[name] !== 'anybody')) {
      const { status, body } = await request(system, method, path, method === 'GET' ? undefined : {});
      expect([name, status, body.code]).toEqual([name, 401, 'UNAUTHENTICATED']);
    }
  });

  it.each(ROLES)('opens to %s exactly where the permission table says so', async (role) => {
    for (const { name, method, path } of routes) {
      const permission = ROUTES[name];
      if (permission === undefined || permission === 'anybody') continue;
      const authorization = `Bearer ${await tokenOf(role)}`;
      if (name === 'GET /events' || name.endsWith('.csv')) {
        // not JSON, and the first never ends by itself
        const stream = await fetch(system.url + path, { headers: { authorization } });
        expect([name, stream.status]).toEqual([name, rolesWith(permission).includes(role) ? 200 : 403]);
        await stream.body?.cancel();
        continue;
      }
      const { status, body } = await request(system, method, path, method === 'GET' ? undefined : {}, {
        authorization,
      });
      if (rolesWith(permission).includes(role)) {
        expect([name, body?.code]).not.toEqual([name, 'FORBIDDEN']);
        expect([name, body?.code]).not.toEqual([name, 'UNAUTHENTICATED']);
        expect([name, status < 500]).toEqual([name, true]);
      } else {
        expect([name, status, body.code]).toEqual([name, 403, 'FORBIDDEN']);
        expect(body.detail).toContain(role);
        for (const allowed of rolesWith(permission)) expect(body.detail).toContain(allowed);
      }
    }
  });
});

it('a guarded route that names no permission is closed to owners too', async () => {
  @UseGuards(OperatorGuard)
  @Controller('forgotten')
  class Forgotten {
    @Get()
    secret(): string {
      return 'secret';
    }
  }
  class Module {}
  const app = await NestFactory.create(
    {
      module: Module,
      controllers: [Forgotten],
      providers: [
        { provide: SessionService, useValue: system.app.get(SessionService) },
        { provide: CsrfToken, useValue: system.app.get(CsrfToken) },
      ],
    },
    new FastifyAdapter(),
    { logger: false },
  );
  await app.listen(0, '127.0.0.1');
  try {
    const answer = await fetch(`${await app.getUrl()}/forgotten`, {
      headers: { authorization: `Bearer ${await tokenOf('OWNER')}` },
    });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
  } finally {
    await app.close();
  }
});
