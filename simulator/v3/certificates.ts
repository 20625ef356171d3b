import { Aes, Formatter } from 'wechatpay-axios-plugin';
import type { PlatformCertificate } from '../material/keyring.js';
import { chinaRfc3339 } from '../trade/china-time.js';
import { ApiError, invalidQuery } from './api-error.js';
import type { Handler } from './endpoint.js';

const NONE_AVAILABLE =
  '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html';

/** `GET /v3/certificates` (protocol notes §2.3): every platform certificate, under the APIv3 key. */
export const certificates: Handler = ({ query, merchant }, world) => {
  const type = query.get('algorithm_type') ?? 'RSA';
  if (!['RSA', 'SM2', 'ALL'].includes(type)) throw invalidQuery('algorithm_type', type, '错误');
  if (merchant.keyMode === 'publicKey' || type === 'SM2')
    throw new ApiError('RESOURCE_NOT_EXISTS', NONE_AVAILABLE);
  const { platformCertificates } = world.keyrings.of(merchant.mchId);
  return { data: platformCertificates.map((each) => certificateResource(each, merchant.apiV3Key)) };
};

function certificateResource({ serial, pem, validFrom, validTo }: PlatformCertificate, key: string): object {
  const nonce = Formatter.nonce(12);
  return {
    serial_no: serial,
    effective_time: chinaRfc3339(validFrom),
    expire_time: chinaRfc3339(validTo),
    encrypt_certificate: {
      algorithm: 'AEAD_AES_256_GCM',
      nonce,
      associated_data: 'certificate',
      ciphertext: Aes.AesGcm.encrypt(pem, key, nonce, 'certificate'),
    },
  };
}
