/** What each check is about, in both languages, and why it matters. The names are stable: `--json` shows them. */
export const CHECKS = {
  settings: {
    title: 'settings',
    zh: '配置项',
    why: 'The service refuses to start while a setting is missing or malformed.',
  },
  'api-key': {
    title: 'API key (v2)',
    zh: 'API密钥（v2）',
    why: 'It signs every call of API v2 and opens refund notifications.',
  },
  'api-v3-key': {
    title: 'APIv3 key',
    zh: 'APIv3密钥',
    why: "It opens WeChat's notifications and certificates of API v3.",
  },
  'public-key-id': {
    title: "id of WeChat Pay's public key",
    zh: '微信支付公钥ID',
    why: 'WeChat names its key by this id in every answer and notification.',
  },
  'public-key-file': {
    title: "WeChat Pay's public key",
    zh: '微信支付公钥文件',
    why: "It proves that answers and notifications are WeChat's.",
  },
  'certificate-file': {
    title: 'API certificate',
    zh: '商户API证书文件',
    why: 'WeChat knows the merchant by it: in mutual TLS for refunds (v2), by its serial number in every call (v3).',
  },
  'key-file': {
    title: 'private key',
    zh: '商户私钥文件',
    why: 'It is the secret half of the API certificate: it signs calls of API v3 and proves the merchant in mutual TLS.',
  },
  'p12-file': {
    title: 'p12 file',
    zh: 'p12证书文件',
    why: 'It is shown to WeChat in mutual TLS, without which no refund by API v2 goes out.',
  },
  'certificate-owner': {
    title: 'whose certificate',
    zh: '证书归属',
    why: 'WeChat only accepts the API certificate that was issued to this merchant number.',
  },
  'key-pair': {
    title: 'key belongs to certificate',
    zh: '私钥与证书匹配',
    why: 'WeChat checks signatures with the certificate; those of another key are refused.',
  },
  'certificate-serial': {
    title: 'serial number',
    zh: '证书序列号',
    why: 'Calls of API v3 name it; the merchant platform shows the same number at 账户中心 → API安全.',
  },
  'certificate-expiry': {
    title: 'certificate in force',
    zh: '证书有效期',
    why: 'With an expired certificate WeChat refuses refunds and every call of API v3.',
  },
  'authority-file': {
    title: 'extra certificate authority',
    zh: '附加CA证书',
    why: 'Nothing reaches WeChat while WXPAY_CA_PATH cannot be read.',
  },
  'wxpay-reachable': {
    title: 'WeChat Pay reachable',
    zh: '可访问微信支付',
    why: 'Every payment starts with a call from this machine to WeChat Pay.',
  },
  clock: {
    title: 'clock',
    zh: '系统时间',
    why: 'WeChat refuses signatures that are more than five minutes early or late; so do we.',
  },
  signature: {
    title: 'signature accepted by WeChat',
    zh: '微信接受签名',
    why: 'It shows that merchant number and keys are those WeChat has.',
  },
  'app-binding': {
    title: 'app bound to the merchant',
    zh: '应用与商户号绑定',
    why: 'An app id can only take money for a merchant number it is bound to.',
  },
  answers: {
    title: "WeChat's answers verify",
    zh: '微信应答验签',
    why: 'Answers and notifications whose signature does not verify are not believed.',
  },
  'platform-certificates': {
    title: 'platform certificates',
    zh: '平台证书',
    why: 'Without a public key they are what proves that answers are WeChat’s; opening them proves the APIv3 key.',
  },
  'certificate-accepted': {
    title: 'certificate accepted by WeChat',
    zh: '微信接受证书',
    why: 'Refunds by API v2 are sent over mutual TLS only.',
  },
  'app-secret': {
    title: 'app secret',
    zh: 'AppSecret',
    why: 'Without it no buyer can log in and no message is sent.',
  },
  'public-url': {
    title: 'public address',
    zh: '公网地址',
    why: 'WeChat sends its notifications there: https, public, without a query.',
  },
  'notify-url': {
    title: 'notify URL answers',
    zh: '通知地址可达',
    why: 'Where notifications do not arrive, payments are only found by asking, later.',
  },
  database: { title: 'database', zh: '数据库', why: 'It is the only thing that remembers.' },
  migrations: {
    title: 'database migrated',
    zh: '数据库迁移',
    why: 'The service refuses to start on an older schema.',
  },
} as const;

export type CheckName = keyof typeof CHECKS;
