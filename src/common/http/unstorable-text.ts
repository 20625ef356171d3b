import type { Problem } from './problem.js';
import { validationProblem } from './validation.js';

/** A string or a key, and where it stands. A list that is shared: copies would grow with the square of a deep body. */
interface Place {
  value: unknown;
  key: string;
  parent: Place | undefined;
}

/**
 * JSON can write what no text column and no jsonb of PostgreSQL holds: NUL, and half an emoji (a lone surrogate). Its
 * refusal would come in the middle of a decision, be an error of ours, and quote the row.
 * @returns the problem that names the first such string or key by its dotted path
 */
export function unstorableText(root: unknown): Problem | undefined {
  const open: Place[] = [{ value: root, key: '', parent: undefined }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, key } = place;
    if (!isStorable(key) || (typeof value === 'string' && !isStorable(value)))
      return validationProblem([{ path: pathOf(place), message: 'has NUL or half an emoji in it' }]);
    if (typeof value !== 'object' || value === null) continue;
    const inside = Object.entries(value).map(([name, each]) => ({ value: each, key: name, parent: place }));
    for (const each of inside.toReversed()) open.push(each);
  }
  return undefined;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function pathOf(place: Place): string[] {
  const path: string[] = [];
  for (let at: Place | undefined = place; at?.parent !== undefined; at = at.parent) path.push(at.key);
  return path.toReversed();
}
