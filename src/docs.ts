import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const DESCRIPTION = `
Money is integer fen, times are ISO 8601 with offset, ids are opaque. Errors are RFC 9457 problem documents with a
stable \`code\`. Mutating requests take an \`Idempotency-Key\` (not logins and second factors).

Not offered: micropay (付款码支付), service-provider mode (服务商), profit sharing (分账).`;

/** The OpenAPI document at `/docs/openapi.json` and its page at `/docs`; built from the schemas that validate, on first use. */
export function serveDocs(app: NestFastifyApplication): void {
  const config = new DocumentBuilder()
    .setTitle('WeChat Pay checkout')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .setOpenAPIVersion('3.0.3')
    .addBearerAuth()
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'docs/openapi.json',
  });
}
