import { readFileSync } from 'node:fs';
import process from 'node:process';
import { gzipSync } from 'node:zlib';

/**
 * `npm run check:console`: what a browser loads for the first page after the login, chart included. On the 3G of a
 * market hall half a megabyte is ten seconds; past that a merchant gives up.
 */
const MOST_BYTES = 500_000;
const FIRST_PAGE = [
  'index.html',
  'src/pages/overview/overview-page.tsx',
  'src/pages/overview/week-chart.tsx',
];

const built = new URL('../console/', import.meta.url);

/** As far as needed here: https://vite.dev/guide/backend-integration */
type Manifest = Record<string, { file: string; imports?: string[]; css?: string[] }>;
const manifest = JSON.parse(readFileSync(new URL('manifest.json', built), 'utf8')) as Manifest;

const files = new Set<string>();
const seen = new Set<string>();
function collect(name: string): void {
  if (seen.has(name)) return;
  seen.add(name);
  const chunk = manifest[name];
  if (chunk === undefined) throw new Error(`the build of the console has no ${name}`);
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const imported of chunk.imports ?? []) collect(imported);
}
for (const name of FIRST_PAGE) collect(name);

let bytes = 0;
for (const file of files) bytes += gzipSync(readFileSync(new URL(file, built))).length;

const words = `the console's first page is ${(bytes / 1000).toFixed(0)} kB with gzip`;
if (bytes > MOST_BYTES) {
  process.stderr.write(`${words}; at most ${MOST_BYTES / 1000} kB are allowed\n`);
  process.exit(1);
}
process.stdout.write(`${words}\n`);
