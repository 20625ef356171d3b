import type { EntityManager } from 'typeorm';
import type { PushedMessage } from '../../wechat/push-message.js';
import type { Filing } from '../inbox.service.js';

/**
 * What an event means to us. Its body is WeChat's word only in the encrypted modes, so an event decides nothing: it makes
 * us ask (DESIGN §6.14).
 */
export function decideEvent(
  _manager: EntityManager,
  _message: PushedMessage,
  event: string,
): Promise<Filing> {
  return Promise.resolve({ verdict: 'IGNORED', reason: event });
}
