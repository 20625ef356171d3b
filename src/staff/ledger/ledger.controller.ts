import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { Requires } from '../../operator/requires.js';
import { LedgerDeskService } from './ledger-desk.service.js';
import {
  entryListSchema,
  entryPageSchema,
  trialBalanceSchema,
  type EntryListQuery,
  type EntryPage,
  type TrialBalance,
} from './ledger.schema.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Requires('ledger.read')
@Controller('api/v1/admin/ledger')
export class LedgerController {
  constructor(private readonly ledger: LedgerDeskService) {}

  @Get('accounts')
  @ApiOperation({ summary: 'The trial balance: every account with debit, credit and balance' })
  @ApiOkResponse({ standardSchema: trialBalanceSchema })
  accounts(): Promise<TrialBalance> {
    return this.ledger.trialBalance();
  }

  @Get('entries')
  @ApiOperation({ summary: 'Entries of the journal, newest first; rows are never changed or removed' })
  @ApiOkResponse({ standardSchema: entryPageSchema })
  entries(@Query({ schema: entryListSchema }) query: EntryListQuery): Promise<EntryPage> {
    return this.ledger.entries(query);
  }
}
