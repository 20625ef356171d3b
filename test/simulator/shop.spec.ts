import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';

let dir: string;
let simulator: Simulator;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shop-page-'));
  simulator = await startSimulator({ dir, port: 0, tlsPort: 0 });
});
afterAll(async () => {
  await simulator.close();
  await rm(dir, { recursive: true });
});

async function read(path: string): Promise<string> {
  const answer = await fetch(simulator.controlUrl + path);
  expect([path, answer.status]).toEqual([path, 200]);
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
  return answer.text();
}

it('the shop page and all it loads come from here, with nothing inline', async () => {
  const page = await read('/shop');
  expect(page).not.toMatch(/<script>|<style|\son\w+=|\sstyle=/);
  const waiting = [...page.matchAll(/(?:src|href)="(\/shop\/[^"]+)"/g)].map(([, path]) => path);
  const loaded = new Set<string | undefined>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (loaded.has(path)) continue;
    loaded.add(path);
    const text = await read(path);
    if (path.endsWith('.js'))
      for (const [, name] of text.matchAll(/from '\.\/([^']+)'/g)) waiting.push(`/shop/${name}`);
  }
  expect(loaded.size).toBeGreaterThan(15);
});
