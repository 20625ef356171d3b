/** `name: found, expected` of every figure that is not what it should be. */
export function mismatches(
  found: Record<string, number> | undefined,
  expected: (name: string) => number,
): string[] {
  if (found === undefined) return ['no figures'];
  return Object.entries(found)
    .filter(([name, value]) => value !== expected(name))
    .map(([name, value]) => `${name}: ${value}, expected ${expected(name)}`);
}
