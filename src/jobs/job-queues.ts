/** Every queue of side effects, with what its jobs carry. Money never depends on a job (DESIGN §4). */
export interface JobPayloads {
  /** An order was paid; sent once, in the transaction that decided it. */
  'payment-completed': { orderId: string; paymentId: string; outTradeNo: string; paidFen: number };
}

export type JobQueue = keyof JobPayloads;

export const JOB_QUEUES: readonly JobQueue[] = ['payment-completed'];
