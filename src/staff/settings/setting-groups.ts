import type { Settings } from '../../config/settings.js';
import type { SettingView, SettingsView } from './settings.schema.js';

type Value = string | number | boolean | readonly string[] | undefined;

/** How the service is set up, by subsystem, under the names people set. What is not listed here is not shown. */
export function settingGroups(settings: Settings): SettingsView['groups'] {
  const { http, order, refund, suspense, wxpay, wechat, feie, database, log, mode, session, data, webhook } =
    settings;
  return [
    {
      name: 'shop',
      items: [
        plain('PUBLIC_URL', http.publicUrl),
        plain('ORDER_EXPIRE_MINUTES', order.expireMinutes),
        plain('CORS_ORIGINS', http.corsOrigins),
        plain('TRUSTED_PROXIES', http.trustedProxies),
      ],
    },
    {
      name: 'refund',
      items: [
        plain('REFUND_WINDOW_DAYS', refund.windowDays),
        plain('REFUND_FOUR_EYES', refund.fourEyes),
        plain('REFUND_AUTO_APPROVE_MAX_FEN', refund.autoApproveMaxFen),
        plain('REFUND_SECOND_APPROVAL_MIN_FEN', refund.secondApprovalMinFen),
        plain('REFUND_STEP_UP_MIN_FEN', refund.stepUpMinFen),
      ],
    },
    {
      name: 'suspense',
      items: [plain('SUSPENSE_LATE', suspense.late), plain('SUSPENSE_DOUBLE', suspense.double)],
    },
    {
      name: 'wxpay',
      items: [
        plain('WXPAY_BASE_URL', wxpay.baseUrl),
        plain('WXPAY_BACKUP_URL', wxpay.backupUrl),
        plain('WXPAY_TIMEOUT_MS', wxpay.timeoutMs),
      ],
    },
    {
      name: 'wechat',
      items: [
        plain('WECHAT_BASE_URL', wechat.baseUrl),
        secret('WECHAT_MESSAGE_TOKEN', wechat.messageToken),
        secret('WECHAT_ENCODING_AES_KEY', wechat.encodingAesKey),
        ...Object.entries(wechat.templates).map(([name, template]) =>
          plain(`WECHAT_TEMPLATE_${name}`, template?.id),
        ),
        plain('WECHAT_TEMPLATE_PAGE', wechat.templatePage),
      ],
    },
    {
      name: 'printer',
      items: [
        plain('FEIE_USER', feie?.user),
        secret('FEIE_UKEY', feie?.ukey),
        plain('FEIE_SN', feie?.sn),
        plain('FEIE_BASE_URL', feie?.baseUrl),
      ],
    },
    {
      name: 'service',
      items: [
        plain('NODE_ENV', mode),
        plain('LOG_LEVEL', log.level),
        secret('DATABASE_URL', database.url), // holds a password
        plain('DATABASE_POOL_MAX', database.poolMax),
        plain('DATABASE_QUERY_TIMEOUT_SECONDS', database.queryTimeoutMs / 1000),
        plain('WEBHOOK_ALLOWED_HOSTS', webhook.allowedHosts),
        secret('SESSION_SECRET', session.secret),
        secret('DATA_ENCRYPTION_KEY', data.encryptionKeys[0]),
        secret('DATA_ENCRYPTION_KEY_PREVIOUS', data.encryptionKeys[1]),
      ],
    },
  ];
}

function plain(name: string, value: Value): SettingView {
  const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  return { name, secret: false, set: text !== '', value: text === '' ? null : text };
}

function secret(name: string, value: string | undefined): SettingView {
  return { name, secret: true, set: value !== undefined, value: null };
}
