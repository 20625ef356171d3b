import { createHmac, randomBytes } from 'node:crypto';
import { withOperators } from '../../src/operator/accounts-command.js';
import type { Role } from '../../src/operator/permissions.js';
import type { StaffSession } from '../../src/operator/session/session.schema.js';
import type { Answer, ProblemBody } from './buyer.js';
import type { System } from './system.js';

export interface Credentials {
  id: string;
  username: string;
  password: string;
  role: Role;
}

/** An account of its own for one test. */
export async function createOperator(system: System, role: Role): Promise<Credentials> {
  const username = `${role.toLowerCase()}-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(9).toString('base64url');
  const { id } = await withOperators(system.database.url, (operators) =>
    operators.create({ username, password, role }, null),
  );
  return { id, username, password, role };
}

/** Any request to the application, with nothing added. */
export async function request<Body = ProblemBody>(
  system: Pick<System, 'url'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(`${system.url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? undefined : JSON.parse(text)) as Body,
  };
}

export function login<Body = StaffSession>(
  system: Pick<System, 'url'>,
  credentials: { username: string; password: string; totp?: string },
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const { username, password, totp } = credentials;
  return request<Body>(system, 'POST', '/api/v1/admin/sessions', { username, password, totp }, headers);
}

/** Somebody of the staff at work: logged in, speaking as a program does, with the bearer token. */
export class TestOperator {
  private constructor(
    private readonly system: System,
    readonly credentials: Credentials,
    readonly session: StaffSession,
  ) {}

  static async login(system: System, role: Role): Promise<TestOperator> {
    return TestOperator.again(system, await createOperator(system, role));
  }

  /** One more session of the same account. */
  static async again(system: System, credentials: Credentials, totp?: string): Promise<TestOperator> {
    const { status, body } = await login(system, { ...credentials, ...(totp !== undefined && { totp }) });
    if (status !== 201) throw new Error(`login failed: ${JSON.stringify(body)}`);
    return new TestOperator(system, credentials, body);
  }

  /** The same session, at another instance. */
  at(system: System): TestOperator {
    return new TestOperator(system, this.credentials, this.session);
  }

  get id(): string {
    return this.credentials.id;
  }

  send<Body = ProblemBody>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const authorization = `Bearer ${this.session.token}`;
    return request<Body>(this.system, method, `/api/v1/admin${path}`, body, { authorization, ...headers });
  }

  /** Enrols and confirms a second factor; this session has then just shown it. */
  async enrol(): Promise<{ secret: string; recoveryCodes: string[] }> {
    const { body } = await this.send<{ secret: string }>('POST', '/me/totp');
    const confirmed = await this.send<{ recoveryCodes: string[] }>('POST', '/me/totp/confirm', {
      totp: totpCode(body.secret),
    });
    if (confirmed.status !== 200) throw new Error(`not confirmed: ${JSON.stringify(confirmed.body)}`);
    return { secret: body.secret, recoveryCodes: confirmed.body.recoveryCodes };
  }
}

/**
 * The code an authenticator shows (RFC 6238), calculated without the library that src/ uses.
 * @param step 0 = now, 1 = the next; both are accepted
 */
export function totpCode(secret: string, step = 0): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(new Date().getTime() / 30_000) + step));
  const digest = createHmac('sha1', base32(secret)).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function base32(text: string): Buffer {
  let bits = '';
  for (const letter of text) {
    bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  }
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
