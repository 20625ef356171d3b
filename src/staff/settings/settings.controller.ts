import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { OperatorService } from '../../operator/operator.service.js';
import { Requires } from '../../operator/requires.js';
import { AccountCertificates } from '../../wxpay/account-certificates.js';
import { MerchantAccounts, type MerchantAccount } from '../../wxpay/merchant-accounts.js';
import { WxPayService } from '../../wxpay/wxpay.service.js';
import { certificateView } from '../stats/certificate.view.js';
import { settingGroups } from './setting-groups.js';
import {
  settingsSchema,
  type AccountView,
  type ApprovalsView,
  type SettingsView,
} from './settings.schema.js';
import { signingKeys } from './signing-keys.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Controller('api/v1/admin/settings')
export class SettingsController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly accounts: MerchantAccounts,
    private readonly certificates: AccountCertificates,
    private readonly wxpay: WxPayService,
    private readonly operators: OperatorService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  @Get()
  @Requires('settings.read')
  @ApiOperation({
    summary: 'How the service is set up; of secrets only whether they are set',
    description: 'Settings are changed in the environment and take effect at the next start.',
  })
  @ApiOkResponse({ standardSchema: settingsSchema })
  async read(): Promise<SettingsView> {
    const [certificates, signedWith, approvals] = await Promise.all([
      this.certificates.list(),
      signingKeys(this.dataSource.manager),
      this.approvals(),
    ]);
    return {
      groups: settingGroups(this.settings),
      accounts: this.accounts.all().map((account) => ({
        ...this.accountView(account),
        signedWith: signedWith.get(account.id) ?? { publicKey: 0, platformCertificate: 0 },
        certificates: certificates.filter(({ account: id }) => id === account.id).map(certificateView),
      })),
      approvals,
    };
  }

  private async approvals(): Promise<ApprovalsView> {
    const { autoApproveMaxFen, stepUpMinFen, secondApprovalMinFen, fourEyes } = this.settings.refund;
    const deciders = await this.operators.allWith('refunds.review');
    return {
      autoApproveMaxFen,
      stepUpMinFen: stepUpMinFen ?? null,
      secondApprovalMinFen: secondApprovalMinFen ?? null,
      fourEyes,
      deciders: deciders.map(({ id, displayName, role, deputyUntil }) => ({
        id,
        displayName,
        role,
        ...(deputyUntil !== undefined && { deputyUntil }),
      })),
    };
  }

  private accountView(account: MerchantAccount): Omit<AccountView, 'certificates' | 'signedWith'> {
    const { id, api, mchId, appId, appAppId, official, signType, confirmNotify, apiKeys, apiV3Keys, v1 } =
      account;
    const notifyUrl = `${this.settings.http.publicUrl}/notify/wxpay/${id}`;
    return {
      id,
      api,
      mchId,
      appId,
      appAppId,
      officialAppId: official?.appId ?? null,
      signType,
      confirmNotify,
      tradeTypes: [...this.wxpay.tradeTypes(id)],
      refunds: this.wxpay.refunds(id),
      publicKeyId: account.publicKey?.id ?? null,
      mode: modeOf(account),
      keys: {
        apiKey: apiKeys.length > 0,
        apiKeyPrevious: apiKeys.length > 1,
        apiV3Key: apiV3Keys.length > 0,
        apiV3KeyPrevious: apiV3Keys.length > 1,
        v1: v1 !== undefined,
        appSecret: account.appSecret !== '',
      },
      notifyUrls: { payment: `${notifyUrl}/payment`, refund: `${notifyUrl}/refund` },
    };
  }
}

function modeOf({ api, publicKey }: MerchantAccount): AccountView['mode'] {
  if (api !== 'v3') return 'API_KEY';
  return publicKey === undefined ? 'PLATFORM_CERTIFICATES' : 'PUBLIC_KEY';
}
