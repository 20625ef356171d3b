import type { Role } from '../../src/operator/permissions.js';
import type { Answer, ProblemBody } from '../support/buyer.js';
import { TestOperator } from '../support/staff.js';
import type { System } from '../support/system.js';

/** Somebody of the staff whose every answer is kept, to be searched for what may not be in it. */
export class Desk {
  private static readonly answers: string[] = [];

  private constructor(private readonly operator: TestOperator) {}

  static async of(system: System, role: Role): Promise<Desk> {
    return new Desk(await TestOperator.login(system, role));
  }

  get username(): string {
    return this.operator.credentials.username;
  }

  async send<Body = ProblemBody>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const answer = await this.operator.send<Body>(method, path, body, headers);
    Desk.answers.push(JSON.stringify(answer.body ?? null));
    return answer;
  }

  /** Reads and expects it to work. */
  async get<Body>(path: string): Promise<Body> {
    const { status, body } = await this.send<Body>('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Every page of a list, with the smallest steps. */
  async pages<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: Item[]; nextCursor: string | null } = await this.get(`${path}limit=1${from}`);
      if (page.items.length > 1) throw new Error(`${path} answers more than was asked for`);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  /** Every answer of this file in which one of these stands. */
  static answersWith(...secrets: string[]): string[] {
    if (Desk.answers.length === 0) throw new Error('nothing was asked');
    return Desk.answers.filter((answer) => secrets.some((secret) => answer.includes(secret)));
  }
}
