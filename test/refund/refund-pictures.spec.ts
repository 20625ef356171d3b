import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pruning } from '../../src/operations/pruning.js';
import type { PictureList, PictureView } from '../../src/refund/picture/picture.schema.js';
import { pictureType } from '../../src/refund/picture/picture-type.js';
import { TestBuyer, type Answer, type ProblemBody } from '../support/buyer.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { approve, ask, paidOrder } from './paid-order.js';

const riff = (kind: string) => Buffer.from(`RIFF\x10\x00\x00\x00${kind}VP8 `, 'latin1');
/** A red dot. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64',
);
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100, 7)]);

let system: System;
let finance: TestOperator;
beforeAll(async () => {
  system = await startSystem();
  finance = await TestOperator.login(system, 'FINANCE');
});
afterAll(() => system.stop());

async function add<Body = ProblemBody>(
  { token }: Pick<TestBuyer, 'token'>,
  refundId: string,
  bytes: Buffer,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(`${system.url}/api/v1/refunds/${refundId}/pictures`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png', ...headers },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}

async function asked(): Promise<{ buyer: TestBuyer; id: string }> {
  const paid = await paidOrder(system, 1000);
  return { buyer: paid.buyer, id: (await ask(paid)).id };
}

const listed = async (id: string, by = finance): Promise<PictureView[]> =>
  (await by.send<PictureList>('GET', `/refunds/${id}/pictures`)).body.items;

function read(refundId: string, pictureId: string, by: TestOperator): Promise<Response> {
  return fetch(`${system.url}/api/v1/admin/refunds/${refundId}/pictures/${pictureId}`, {
    headers: { authorization: `Bearer ${by.session.token}` },
  });
}

describe('pictures of a refund', () => {
  it('are seen by staff as they were sent, and harm no browser', async () => {
    const { buyer, id } = await asked();
    const { status, body } = await add<PictureView>(buyer, id, PNG);
    expect([status, body.mediaType, body.size]).toEqual([201, 'image/png', PNG.length]);
    await add(buyer, id, JPEG, { 'content-type': 'image/jpeg' });
    expect((await listed(id)).map(({ mediaType, size }) => [mediaType, size])).toEqual([
      ['image/png', PNG.length],
      ['image/jpeg', JPEG.length],
    ]);
    const viewer = await TestOperator.login(system, 'VIEWER');
    const shown = await read(id, body.id, viewer);
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(PNG);
    expect(shown.headers.get('content-type')).toBe('image/png');
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    expect(shown.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });

  it('are what their bytes say, whatever they are called', async () => {
    const { buyer, id } = await asked();
    expect((await add<PictureView>(buyer, id, JPEG)).body.mediaType).toBe('image/jpeg');
    const page = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    for (const [bytes, type] of [
      [page, 'image/svg+xml'],
      [page, 'image/png'],
      [Buffer.alloc(0), 'image/png'],
      [Buffer.from('GIF89a'), 'image/gif'],
    ] as const)
      expect(await add(buyer, id, bytes, { 'content-type': type })).toMatchObject({
        status: 415,
        body: { code: 'UNSUPPORTED_MEDIA_TYPE' },
      });
    expect(await listed(id)).toHaveLength(1);
  });

  it('come from the buyer who asked, before anybody has decided', async () => {
    const { buyer, id } = await asked();
    const stranger = await TestBuyer.login(system);
    for (const [who, which] of [
      [stranger, id],
      [buyer, randomUUID()],
      [buyer, 'no-id'],
    ] as const)
      expect(await add(who, which, PNG)).toMatchObject({ status: 404, body: { code: 'REFUND_NOT_FOUND' } });
    await approve(finance, id);
    expect(await add(buyer, id, PNG)).toMatchObject({
      status: 409,
      body: { code: 'REFUND_ALREADY_DECIDED' },
    });
    expect(await listed(id)).toEqual([]);
  });

  it('are at most six, however many come at once', async () => {
    const { buyer, id } = await asked();
    const answers = await Promise.all(Array.from({ length: 9 }, () => add(buyer, id, PNG)));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([201, 201, 201, 201, 201, 201, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('TOO_MANY_PICTURES');
    expect(await listed(id)).toHaveLength(6);
  });

  it('are one when the same request comes twice', async () => {
    const { buyer, id } = await asked();
    const key = { 'idempotency-key': randomUUID() };
    const [first, again] = [await add(buyer, id, PNG, key), await add(buyer, id, PNG, key)];
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect(await add(buyer, id, JPEG, key)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await listed(id)).toHaveLength(1);
  });

  it('have at most a megabyte', async () => {
    const { buyer, id } = await asked();
    const large = Buffer.concat([PNG, Buffer.alloc(1024 * 1024 - PNG.length)]);
    expect((await add(buyer, id, large)).status).toBe(201);
    expect(await add(buyer, id, Buffer.concat([large, Buffer.alloc(1)]))).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE' },
    });
  });

  it('are taken at their own address only, and there nothing else is', async () => {
    const { buyer, id } = await asked();
    const elsewhere = await fetch(`${system.url}/api/v1/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${buyer.token}`, 'content-type': 'image/png' },
      body: new Uint8Array(PNG),
    });
    expect(elsewhere.status).toBe(415);
    expect(await buyer.send('POST', `/api/v1/refunds/${id}/pictures`, { picture: 'none' })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
  });

  it('belong to their refund', async () => {
    const [one, other] = [await asked(), await asked()];
    const { body } = await add<PictureView>(one.buyer, one.id, PNG);
    for (const [refundId, pictureId] of [
      [other.id, body.id],
      [one.id, randomUUID()],
      ['no-id', body.id],
    ] as const) {
      const answer = await read(refundId, pictureId, finance);
      expect([answer.status, ((await answer.json()) as ProblemBody).code]).toEqual([404, 'NOT_FOUND']);
    }
  });

  it('are forgotten after 400 days', async () => {
    const { buyer, id } = await asked();
    await add(buyer, id, PNG);
    await add(buyer, id, JPEG);
    await system.database.query(
      `UPDATE refund_pictures SET created_at = now() - interval '401 days'
       WHERE refund_id = $1 AND media_type = 'image/png'`,
      [id],
    );
    await system.app.get(Pruning).prune();
    expect((await listed(id)).map(({ mediaType }) => mediaType)).toEqual(['image/jpeg']);
  });
});

it('a WebP is known by both of its words', () => {
  expect(pictureType(riff('WEBP'))).toBe('image/webp');
  expect(pictureType(riff('WAVE'))).toBeUndefined();
});
