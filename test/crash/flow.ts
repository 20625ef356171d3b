import type { TestBuyer, CheckedOut } from '../support/buyer.js';
import type { TestOperator } from '../support/staff.js';
import type { MortalSystem } from './mortal-system.js';
import { agreesWithWeChat, eventsOf, same } from './truth.js';

export const PRICE = 1990;
export const STOCK = 5;

/** Who takes part, and the order it is about. */
export interface Scene {
  system: MortalSystem;
  buyer: TestBuyer;
  finance: TestOperator;
  productId: string;
}

/** One way of money through the system. */
export interface Flow {
  name: string;
  /** What has happened before; nobody dies in it. @returns what `act` works on */
  prepare(scene: Scene): Promise<CheckedOut | undefined>;
  /** What the world outside does, as persistently as clients are. @returns the order it was about */
  act(scene: Scene, prepared: CheckedOut | undefined): Promise<CheckedOut>;
  /** How it ends, wherever it was interrupted. */
  status: string;
  refundedFen: number;
  stock: number;
  events: Record<string, number>;
  /** After this long (business time) what a dead process held is taken up by another. */
  leaseSeconds?: number;
  /** What else has to be true. @throws Error saying what is not */
  also?(scene: Scene, order: CheckedOut): Promise<void>;
}

/** @throws Error saying what is not true yet */
export async function hasConverged(scene: Scene, flow: Flow, checkedOut: CheckedOut): Promise<void> {
  const { system, productId } = scene;
  const { order } = checkedOut;
  const { status, refundedFen, stock, events } = flow;
  const [row] = await system.database.query(
    `SELECT o.status, o.refunded_fen::int AS "refundedFen", p.stock FROM orders o, products p WHERE o.id = $1 AND p.id = $2`,
    [order.id, productId],
  );
  same('the order', row, { status, refundedFen, stock });
  await agreesWithWeChat(system, order);
  same('events', await eventsOf(system.database, order.id), events);
  await flow.also?.(scene, checkedOut);
}
