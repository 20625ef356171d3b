import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Permission } from './permissions.js';

/** Metadata key under which the OperatorGuard finds a route's permission. */
export const REQUIRED_PERMISSION = 'operator:permission';

/** Names the permission a staff route needs, on a method or for a whole controller; shown in the OpenAPI document as `x-requires`. */
export function Requires(permission: Permission): ClassDecorator & MethodDecorator {
  return applyDecorators(
    SetMetadata(REQUIRED_PERMISSION, permission),
    ApiExtension('x-requires', permission),
  );
}
