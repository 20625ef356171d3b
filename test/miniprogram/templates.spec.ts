import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createShop } from '../../miniprogram/lib/shop.js';
import { FakeWx } from './fake-wx.js';

/** Templates are not compiled: what they name must exist, or a tap does nothing. */
const ROOT = join(process.cwd(), 'miniprogram');
const { pages } = JSON.parse(readFileSync(join(ROOT, 'app.json'), 'utf8')) as { pages: string[] };

it.each(pages)('%s has its files, and its template names only what its logic has', async (path) => {
  for (const type of ['ts', 'wxml', 'wxss', 'json'])
    expect([type, existsSync(join(ROOT, `${path}.${type}`))]).toEqual([type, true]);
  const name = path.split('/').at(-1);
  const module = (await import(`../../miniprogram/lib/pages/${name}.js`)) as Record<
    string,
    (shop: unknown) => Record<string, unknown> & { data: object }
  >;
  const page = module[`${name}Page`]?.(createShop(new FakeWx(undefined as never), ''));
  const template = readFileSync(join(ROOT, `${path}.wxml`), 'utf8');
  for (const [, handler] of template.matchAll(/bind\w+="(\w+)"/g))
    expect([handler, typeof page?.[handler ?? '']]).toEqual([handler, 'function']);
  const own = new Set([
    ...Object.keys(page?.data ?? {}),
    'item',
    ...[...template.matchAll(/wx:for-item="(\w+)"/g)].map(([, each]) => each),
  ]);
  for (const [, words = ''] of template.matchAll(/\{\{(.*?)\}\}/gs))
    for (const [, variable = ''] of words.replaceAll(/'[^']*'/g, '').matchAll(/(?<![\w.])([a-zA-Z_]\w*)/g))
      expect([words, own.has(variable)]).toEqual([words, true]);
});
