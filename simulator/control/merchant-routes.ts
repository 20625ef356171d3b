import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { writeMerchantEnv } from '../material/merchant-env.js';
import type { Merchant } from '../state/merchants.js';
import type { World } from '../world.js';
import { ControlError, readInput } from './input.js';

const key = z.string().regex(/^[0-9A-Za-z]{32}$/, 'must be 32 letters or digits');
const share = z.number().min(0).max(1);
const openInput = z.strictObject({ appIds: z.array(z.string()).default([]) });
const changeInput = z.strictObject({
  keyMode: z.enum(['certificate', 'publicKey', 'both']).optional(),
  callbackPublicKeyShare: share.optional(),
  signTestRate: share.optional(),
  apiKey: key.optional(),
  apiV3Key: key.optional(),
  /** Which platform certificate signs. */
  platformSerial: z.string().optional(),
});
const rotateInput = z.strictObject({ inUse: z.boolean().default(true) });

/** What merchants do in the merchant platform (pay.weixin.qq.com), and what WeChat does about their keys. */
export function merchantRoutes(app: FastifyInstance, world: World): void {
  app.get('/_sim/merchants', () => ({
    items: world.merchants.all().map((merchant) => merchantView(merchant, world)),
    apps: world.merchants.allApps().map(({ appId, kind, mchIds }) => ({ appId, kind, mchIds })),
  }));

  app.post('/_sim/merchants', async (request) => {
    const { appIds } = readInput(openInput, request.body ?? {});
    const unknown = appIds.find((appId) => !world.merchants.app(appId));
    if (unknown !== undefined) throw new ControlError(404, 'NOT_FOUND', `unknown app ${unknown}`, 'appIds');
    const mchId = world.merchants.freeMchId();
    await world.keyrings.load(mchId);
    const merchant = world.merchants.open(mchId, appIds);
    await writeMerchantEnv(merchant, world);
    return merchantView(merchant, world);
  });

  app.post<{ Params: { mchId: string } }>('/_sim/merchants/:mchId', async (request) => {
    const merchant = known(world, request.params.mchId);
    const changes = readInput(changeInput, request.body);
    const { platformCertificates } = world.keyrings.of(merchant.mchId);
    const { platformSerial } = changes;
    if (platformSerial !== undefined && !platformCertificates.some(({ serial }) => serial === platformSerial))
      throw new ControlError(404, 'NOT_FOUND', 'no such platform certificate', 'platformSerial');
    // What is absent keeps its value; undefined would overwrite it.
    const given = Object.entries(changes).filter(([, value]) => value !== undefined);
    const changed = world.merchants.change(merchant, Object.fromEntries(given));
    await writeMerchantEnv(changed, world);
    return merchantView(changed, world);
  });

  app.post<{ Params: { mchId: string } }>('/_sim/merchants/:mchId/platform-certificates', async (request) => {
    const merchant = known(world, request.params.mchId);
    const { inUse } = readInput(rotateInput, request.body ?? {});
    const before = world.keyrings.of(merchant.mchId).platformCertificates.at(-1);
    const added = await world.keyrings.addPlatformCertificate(merchant.mchId);
    const platformSerial = inUse ? added.serial : (merchant.platformSerial ?? before?.serial ?? added.serial);
    return merchantView(world.merchants.change(known(world, merchant.mchId), { platformSerial }), world);
  });
}

function known(world: World, mchId: string): Merchant {
  const merchant = world.merchants.byMchId(mchId);
  if (!merchant) throw new ControlError(404, 'NOT_FOUND', 'unknown merchant', 'mchId');
  return merchant;
}

/** Without the keys: those are in the folder's merchant.env. */
function merchantView(merchant: Merchant, world: World): object {
  const { merchantSerial, platformCertificates } = world.keyrings.of(merchant.mchId);
  const serials = platformCertificates.map(({ serial }) => serial);
  const { mchId, publicKeyId, keyMode, callbackPublicKeyShare, signTestRate } = merchant;
  return {
    mchId,
    dir: world.keyrings.folderOf(merchant.mchId),
    merchantSerial,
    publicKeyId,
    keyMode,
    callbackPublicKeyShare,
    signTestRate,
    platformSerials: serials,
    platformSerial: merchant.platformSerial ?? serials.at(-1),
  };
}
