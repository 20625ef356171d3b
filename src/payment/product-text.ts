import { cutToBytes } from '../common/cut-to-bytes.js';

const MAX_BYTES = 127;

/** What the buyer reads in WeChat: the first product, and how many more. At most 127 bytes, never cut inside a character (protocol §1.4). */
export function productText(items: readonly { name: string }[]): string {
  const more = items.length > 1 ? ` 等${items.length}件` : '';
  return cutToBytes(items[0]?.name ?? '', MAX_BYTES - Buffer.byteLength(more)) + more;
}
