/** A mini-program, an official account or an app of the shop. */
export interface WechatApp {
  appId: string;
  appSecret: string;
}
