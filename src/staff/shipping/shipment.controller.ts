import { Body, Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Problem } from '../../common/http/problem.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import { CarrierList, type Carrier } from '../../shipping/carrier-list.js';
import { newShipmentSchema, type NewShipment } from '../../shipping/new-shipment.js';
import { ShipmentService } from '../../shipping/shipment.service.js';
import { staffOrderSchema, type StaffOrderView } from '../orders/staff-order.schema.js';
import { StaffOrderService } from '../orders/staff-order.service.js';

const carriersSchema = z.object({ items: z.array(z.object({ code: z.string(), name: z.string() })) });

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin')
export class ShipmentController {
  constructor(
    private readonly shipments: ShipmentService,
    private readonly carriers: CarrierList,
    private readonly orders: StaffOrderService,
  ) {}

  @Post('orders/:id/shipment')
  @Requires('orders.ship')
  @ApiOperation({
    summary: 'Ship a paid order',
    description:
      'WeChat and the buyer are told in the background. The same again changes nothing; something else corrects the shipment, which WeChat allows once.',
  })
  @ApiCreatedResponse({ standardSchema: staffOrderSchema })
  async ship(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: newShipmentSchema }) shipment: NewShipment,
  ): Promise<StaffOrderView> {
    await this.shipments.ship(id, shipment, operator, origin);
    return this.orders.view(id);
  }

  @Get('carriers')
  @Requires('orders.read')
  @ApiOperation({ summary: 'The carriers WeChat knows, by the code a shipment names' })
  @ApiOkResponse({ standardSchema: carriersSchema })
  async list(): Promise<{ items: readonly Carrier[] }> {
    const items = await this.carriers.all();
    if (items !== undefined) return { items };
    throw new Problem(
      'CARRIERS_UNAVAILABLE',
      'WeChat has not told its carriers yet; codes are taken as they are meanwhile.',
      {
        retryAfterSeconds: 60,
      },
    );
  }
}
