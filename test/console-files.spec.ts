import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import { serveConsole } from '../src/console.js';

const root = mkdtempSync(join(tmpdir(), 'console-'));
const app = fastify();

beforeAll(() => serveConsole(app, root));
afterAll(async () => {
  await app.close();
  rmSync(root, { recursive: true });
});

it('says what to do while there is no console', async () => {
  const answer = await app.inject('/console/');
  expect(answer.statusCode).toBe(503);
  expect(answer.body).toContain('npm run build');
});

describe('a built console', () => {
  beforeAll(() => {
    mkdirSync(join(root, 'assets'));
    writeFileSync(join(root, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(root, 'favicon.svg'), '<svg/>');
    writeFileSync(join(root, 'assets/main-3f2a.js'), 'export {};');
    writeFileSync(join(root, 'assets/main-3f2a.js.br'), brotliCompressSync('export {};'));
  });

  it.each([
    '/console/',
    '/console/orders',
    '/console/orders/01920000-0000-7000-8000-000000000000?tab=refunds',
  ])('%s is the page, which is asked for each time', async (url) => {
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-cache']);
    expect(answer.body).toContain('<title>page</title>');
  });

  it('what has a hash in its name is kept for ever, and comes compressed', async () => {
    const url = '/console/assets/main-3f2a.js';
    const plain = await app.inject(url);
    expect(plain.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': expect.stringContaining('javascript'),
    });
    const packed = await app.inject({ url, headers: { 'accept-encoding': 'br' } });
    expect(packed.headers['content-encoding']).toBe('br');
  });

  it.each(['/console/assets/gone.js', '/console/..%2f..%2fpackage.json', '/console/%2e%2e/package.json'])(
    'there is no %s',
    async (url) => {
      expect([403, 404]).toContain((await app.inject(url)).statusCode);
    },
  );

  it('nothing foreign runs in it or frames it', async () => {
    const { headers } = await app.inject('/console/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  it('leads to the slash', async () => {
    expect((await app.inject('/console')).headers.location).toBe('/console/');
  });
});
