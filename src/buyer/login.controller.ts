import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { toBeijingIso } from '../common/time/beijing-time.js';
import { BuyerService } from './buyer.service.js';
import { BuyerToken } from './buyer-token.js';

const loginSchema = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(128)
    .describe(
      'the code of wx.login, or the OAuth code of the app or the official account; single use, valid for five minutes',
    ),
  app: z
    .union([z.literal('miniprogram'), z.string().regex(/^wx[0-9a-zA-Z]{16}$/)])
    .default('miniprogram')
    .describe(
      'app id of the mini-program, app or official account the code comes from; `miniprogram` is that of the `default` account',
    ),
});
type Login = z.infer<typeof loginSchema>;

const loggedInSchema = z.object({
  token: z.string().describe('send as "Authorization: Bearer …"'),
  expiresAt: z.iso.datetime({ offset: true }),
  buyer: z.object({ id: z.string() }),
});
type LoggedIn = z.infer<typeof loggedInSchema>;

@ApiTags('buyer')
@Controller('api/v1/login')
export class LoginController {
  constructor(
    private readonly buyers: BuyerService,
    private readonly tokens: BuyerToken,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Log in with the code of wx.login or of WeChat’s OAuth; openid and session_key stay on the server',
  })
  @ApiOkResponse({ standardSchema: loggedInSchema })
  async login(@Body({ schema: loginSchema }) { code, app }: Login): Promise<LoggedIn> {
    const id = await this.buyers.login(code, app === 'miniprogram' ? undefined : app);
    const { token, expiresAt } = await this.tokens.issue(id);
    return { token, expiresAt: toBeijingIso(expiresAt), buyer: { id } };
  }
}
