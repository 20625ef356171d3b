import { Injectable } from '@nestjs/common';
import { argon2id, hash, verify } from 'argon2';
import { randomBytes } from 'node:crypto';
import { Problem } from '../../common/http/problem.js';

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane; about 30 ms. */
const COST = { type: argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;
/** Each takes a thread of the pool that also resolves names and compresses: half of its four stay free. */
const AT_ONCE = 2;
/** Half a second of waiting; whoever comes then is sent away at once (DESIGN §6.14). */
const MAX_WAITING = 32;

/** The hash of no password at all, at the same cost: an unknown username takes as long as a wrong password. */
const NOBODY = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${base64(16)}$${base64(32)}`;

/** argon2id for passwords, never more than a few at a time: a flood of logins costs its senders patience, not us memory. */
@Injectable()
export class PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @throws Problem `LOGIN_BUSY` */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, COST));
  }

  /**
   * @param passwordHash undefined when there is no such account: false, after the same work
   * @throws Problem `LOGIN_BUSY`
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const matches = await this.inTurn(() => verify(passwordHash ?? NOBODY, password));
    return matches && passwordHash !== undefined;
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= MAX_WAITING) {
        throw new Problem('LOGIN_BUSY', 'Try again in a few seconds.', { retryAfterSeconds: 3 });
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve)); // the one who ends hands its place over
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}

function base64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replaceAll('=', '');
}
