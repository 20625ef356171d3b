export interface SealedColumn {
  table: string;
  /** Column that names the row; its value is the context the secret is bound to. */
  rowId: string;
  column: string;
  /** Each purpose has a key of its own. */
  purpose: string;
}

/** Every column that holds a secret of somebody's: what `npm run keys:rotate` seals anew. */
export const SEALED_COLUMNS = {
  sessionKey: { table: 'buyers', rowId: 'id', column: 'session_key_sealed', purpose: 'buyer session_key' },
  totpSecret: {
    table: 'operators',
    rowId: 'id',
    column: 'totp_secret_sealed',
    purpose: 'operator totp secret',
  },
  webhookSecret: {
    table: 'webhook_endpoints',
    rowId: 'id',
    column: 'secret_sealed',
    purpose: 'webhook endpoint secret',
  },
  previousWebhookSecret: {
    table: 'webhook_endpoints',
    rowId: 'id',
    column: 'previous_secret_sealed',
    purpose: 'webhook endpoint secret',
  },
  accessToken: {
    table: 'access_tokens',
    rowId: 'app_id',
    column: 'token_sealed',
    purpose: 'wechat access_token',
  },
} as const satisfies Record<string, SealedColumn>;
