import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { uuidv7 } from '../common/uuid-v7.js';
import { Problem } from '../common/http/problem.js';
import { SEALED_COLUMNS } from '../common/sealed-columns.js';
import { Sealing } from '../common/sealed.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run, statement } from '../database/sql.js';
import type { MerchantAccountSettings } from '../config/merchant-account.js';
import { LoginCode, type LoginApp } from '../wechat/login-code.js';
import { Buyer } from './buyer.entity.js';
import { Customers, type Customer } from './customers.js';

/** One openid of one app is one buyer, however many logins arrive at once. */
const UPSERT_BUYER = statement(
  'upsert-buyer',
  `INSERT INTO buyers (id, app_id, openid, unionid, created_at, last_login_at) VALUES ($1, $2, $3, $4, $5, $5)
   ON CONFLICT (app_id, openid) DO UPDATE
     SET last_login_at = excluded.last_login_at, unionid = coalesce(excluded.unionid, buyers.unionid)
   RETURNING id`,
);
const KEEP_SESSION_KEY = statement(
  'keep-session-key',
  'UPDATE buyers SET session_key_sealed = $2 WHERE id = $1',
);

const CUSTOMERS = statement(
  'customers',
  'SELECT id, app_id AS "appId", openid, blocked_at AS "blockedAt" FROM buyers WHERE id = ANY ($1::uuid[])',
);

@Injectable()
export class BuyerService {
  private readonly sealing: Sealing;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly loginCode: LoginCode,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.sealing = new Sealing(settings.data.encryptionKeys, SEALED_COLUMNS.sessionKey.purpose);
  }

  /**
   * Logs a user in by the code of `wx.login`, or by the OAuth code of the shop's own app or official account.
   * @param appId of the app the code comes from; the `default` account's mini-program when missing
   * @returns the buyer's id
   * @throws Problem `APP_UNKNOWN`, or when WeChat does not accept the code (see LoginCode)
   */
  async login(code: string, appId?: string): Promise<string> {
    const app = this.appOf(appId);
    const { openid, unionid = null, sessionKey } = await this.loginCode.exchange(app, code);
    const values = [uuidv7(), app.appId, openid, unionid, new Date()];
    const [buyer] = await run<{ id: string }>(this.dataSource.manager, UPSERT_BUYER, values);
    if (buyer === undefined) throw new Error('the upsert of a buyer returned no row');
    if (sessionKey !== undefined) {
      const sealed = this.sealing.seal(sessionKey, buyer.id);
      await run(this.dataSource.manager, KEEP_SESSION_KEY, [buyer.id, sealed]);
    }
    return buyer.id;
  }

  private appOf(appId: string | undefined): LoginApp {
    const { accounts } = this.settings.wxpay;
    const account = appId === undefined ? accounts[0] : accounts.find(({ appIds }) => appIds.includes(appId));
    const app = account && loginApp(account, appId ?? account.appId);
    if (app !== undefined) return app;
    const words =
      account === undefined
        ? `No merchant account of this shop has the app id ${String(appId)}.`
        : `The app ${String(appId)} has no secret here: set ${account.names.appAppSecret}.`;
    throw new Problem('APP_UNKNOWN', words, {
      errors: [{ field: 'app', message: 'is no app id of this shop' }],
    });
  }

  find(id: string): Promise<Buyer | null> {
    return this.dataSource.manager.findOneBy(Buyer, { id });
  }

  /**
   * Whoever wants to order or to pay.
   * @throws Problem `UNAUTHENTICATED` when the token's buyer is not in this database, `BUYER_BLOCKED`
   */
  async customer(id: string): Promise<Customer> {
    return (await this.customers(this.dataSource.manager, [id])).get(id);
  }

  async customers(manager: EntityManager, ids: readonly string[]): Promise<Customers> {
    return new Customers(await run<Customer>(manager, CUSTOMERS, [ids]));
  }
}

/** @returns undefined for an app whose secret is not known */
function loginApp(
  { appId, appSecret, appAppSecret, official }: MerchantAccountSettings,
  wanted: string,
): LoginApp | undefined {
  if (wanted === official?.appId) return { kind: 'oauth', ...official };
  if (wanted === appId) return { kind: 'miniprogram', appId, appSecret };
  return appAppSecret === undefined ? undefined : { kind: 'oauth', appId: wanted, appSecret: appAppSecret };
}
