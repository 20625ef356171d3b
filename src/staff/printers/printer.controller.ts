import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { ResourceId } from '../../common/idempotency/resource-id.js';
import {
  newPrinterSchema,
  printerChangeSchema,
  printerSchema,
  type NewPrinter,
  type PrinterChange,
  type PrinterView,
} from '../../fulfilment/printer/printer.schema.js';
import { PrinterService } from '../../fulfilment/printer/printer.service.js';
import { CurrentOperator } from '../../operator/current-operator.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { FromRequest, type RequestOrigin } from '../../operator/request-origin.js';
import { Requires } from '../../operator/requires.js';
import { PrintDeskService } from './print-desk.service.js';
import {
  printerPageSchema,
  printerStatusSchema,
  printRequestSchema,
  printsSchema,
  type PrinterPage,
  type PrinterStatus,
  type PrintRequest,
  type Prints,
} from './printer.schema.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Idempotent()
@Controller('api/v1/admin')
export class PrinterController {
  constructor(
    private readonly printers: PrinterService,
    private readonly desk: PrintDeskService,
  ) {}

  @Get('printers')
  @Requires('printers.read')
  @ApiOperation({ summary: 'Receipt printers; the one of the settings first' })
  @ApiOkResponse({ standardSchema: printerPageSchema })
  async list(): Promise<PrinterPage> {
    return { items: await this.printers.list(), nextCursor: null };
  }

  @Get('printers/:id')
  @Requires('printers.read')
  @ApiOperation({ summary: 'One receipt printer' })
  @ApiOkResponse({ standardSchema: printerSchema })
  detail(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<PrinterView> {
    return this.printers.view(id);
  }

  @Get('printers/:id/status')
  @Requires('printers.read')
  @ApiOperation({ summary: 'Ask the cloud whether the printer is online' })
  @ApiOkResponse({ standardSchema: printerStatusSchema })
  status(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<PrinterStatus> {
    return this.desk.status(id);
  }

  @Post('printers')
  @Requires('printers.manage')
  @ApiOperation({ summary: 'Have one more printer print each paid order' })
  @ApiCreatedResponse({ standardSchema: printerSchema })
  create(
    @ResourceId() id: string,
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Body({ schema: newPrinterSchema }) wanted: NewPrinter,
  ): Promise<PrinterView> {
    return this.printers.create(id, wanted, operator, origin);
  }

  @Patch('printers/:id')
  @Requires('printers.manage')
  @ApiOperation({ summary: 'Change a printer, or switch it off' })
  @ApiOkResponse({ standardSchema: printerSchema })
  change(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: printerChangeSchema }) change: PrinterChange,
  ): Promise<PrinterView> {
    return this.printers.change(id, change, operator, origin);
  }

  @Delete('printers/:id')
  @HttpCode(204)
  @Requires('printers.manage')
  @ApiOperation({ summary: 'Forget a printer; what waits to be printed there is not printed any more' })
  @ApiNoContentResponse()
  remove(
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<void> {
    return this.printers.remove(id, operator, origin);
  }

  @Post('orders/:id/print')
  @Requires('orders.print')
  @ApiOperation({
    summary: 'Print the ticket of a paid order again, marked as such',
    description: 'Answers the side effects that print it; `GET /effects/:id` tells what became of each.',
  })
  @ApiCreatedResponse({ standardSchema: printsSchema })
  print(
    @ResourceId() requestId: string,
    @CurrentOperator() operator: OperatorPrincipal,
    @FromRequest() origin: RequestOrigin,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: printRequestSchema.prefault({}) }) { printerId }: PrintRequest,
  ): Promise<Prints> {
    return this.desk.print(requestId, id, printerId, { operator, origin });
  }
}
