import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';
import { z } from 'zod';
import { problemSchema } from './common/http/problem.js';
import { PROBLEMS, type ProblemCode } from './common/http/problem-codes.js';

const DESCRIPTION = `
Money is integer fen, times are ISO 8601 with offset, ids are opaque. Errors are RFC 9457 problem documents with a
stable \`code\`. Mutating requests take an \`Idempotency-Key\`, remembered for a week (not logins, sessions, second factors
and what shows a secret).

Not offered: micropay (付款码支付), service-provider mode (服务商), profit sharing (分账).`;

const STAFF = '/api/v1/admin/';
/** A browser's session; whoever writes repeats the csrfToken of the login as `X-CSRF-Token`. */
const COOKIE = 'session';
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The OpenAPI document at `/docs/openapi.json` and its page at `/docs`; built from the schemas that validate, on first use. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => describeApi(app), { jsonDocumentUrl: 'docs/openapi.json' });
}

/** The document of every route the application has; needs no running service (`npm run openapi`). */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('WeChat Pay checkout')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .setOpenAPIVersion('3.0.3')
    .addBearerAuth()
    .addCookieAuth('session', { type: 'apiKey' }, COOKIE)
    .build();
  return withProblems(SwaggerModule.createDocument(app, config));
}

/** What holds for every route alike and so stands at none: how it fails, and how staff prove who they are. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];
  const problem = z.toJSONSchema(problemSchema.extend({ code: z.enum(codes) }), { target: 'openapi-3.0' });
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem as object },
  };
  for (const [path, item] of Object.entries(document.paths)) {
    if (path.startsWith('/notify/')) continue; // WeChat is answered in its own form
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      operation.responses['default'] = {
        description: 'A problem; `code` says which, `detail` what to do',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      };
      if (path.startsWith(STAFF) && operation.security !== undefined)
        operation.security = [...operation.security, { [COOKIE]: [] }];
    }
  }
  return document;
}
