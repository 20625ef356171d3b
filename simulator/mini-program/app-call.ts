/** A call of api.weixin.qq.com that carries a good access_token. */
export interface AppCall {
  appId: string;
  /** The JSON that was posted. */
  body: Record<string, unknown>;
}
