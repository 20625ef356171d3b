import { Problem } from '../common/http/problem.js';
import type { Buyer } from './buyer.entity.js';

export type Customer = Pick<Buyer, 'id' | 'appId' | 'openid' | 'blockedAt'>;

/** Buyers who want to order or to pay, as they are at this moment. */
export class Customers {
  private readonly rows: ReadonlyMap<string, Customer>;

  constructor(rows: readonly Customer[]) {
    this.rows = new Map(rows.map((row) => [row.id, row]));
  }

  /** @throws Problem `UNAUTHENTICATED` when the token's buyer is not in this database, `BUYER_BLOCKED` */
  get(id: string): Customer {
    const customer = this.rows.get(id);
    if (customer === undefined)
      throw new Problem('UNAUTHENTICATED', 'The token is of a buyer this shop does not know; log in again.');
    if (customer.blockedAt !== null)
      throw new Problem('BUYER_BLOCKED', 'You cannot order here at present; talk to the shop.');
    return customer;
  }
}
