import { nonce } from '../wxpay/nonce.js';

/** An order number nobody ever gave (at most 32 characters, protocol §1.4): asking about it changes nothing. */
export function numberOfNothing(): string {
  return `doctor-${nonce().slice(0, 24)}`;
}
