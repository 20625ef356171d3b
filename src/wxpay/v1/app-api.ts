import type { z } from 'zod';
import type { Outcome } from '../outcome.js';

/** An app and the secret that its access_token is had for. */
export interface AppCredentials {
  appId: string;
  appSecret: string;
}

/**
 * api.weixin.qq.com, whose calls carry the app's access_token. The 2014 gateway lives there (protocol §4.2); tokens live
 * in the database, which this layer does not know. So this is what it needs, and `WechatModule` is who provides it.
 */
export abstract class AppApi {
  /**
   * Posts JSON, with a fresh token when WeChat refuses the first one. Never throws for what WeChat does.
   * @returns rejected with WeChat's errcode as `code`; unknown also when no token could be had
   */
  abstract post<Schema extends z.ZodType>(
    path: string,
    body: object,
    schema: Schema,
    app: AppCredentials,
  ): Promise<Outcome<z.infer<Schema>>>;
}
