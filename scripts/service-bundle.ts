import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown, type LogLevel, type Plugin, type RolldownLog } from 'rolldown';

/**
 * Program: makes one file of the compiled service and its dependencies, which `npm start` runs. Finding, reading and
 * linking almost three thousand files one by one is half of a start (docs/adr/0013).
 */

const COMPILED = fileURLToPath(new URL('../', import.meta.url));
const SERVICE = fileURLToPath(new URL('../service/', import.meta.url));

/** Machine code, found beside its own JavaScript. */
const NATIVE = ['argon2'];

/**
 * What Nest loads only for those who have installed it; we have not. They stay imports that nothing carries out.
 * Anything else that cannot be found is an error, now and not at the customer's.
 */
const OPTIONAL = [
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer',
  'class-validator',
];

/**
 * Our own modules: each keeps the place it thinks it has, from which it finds the migrations and the console, and its map
 * to TypeScript, so that a stack trace names what people read. Maps of dependencies would be fifteen times as much to read
 * at every start.
 */
const places: Plugin = {
  name: 'places',
  load(id) {
    if (!id.startsWith(COMPILED)) return undefined;
    const place = JSON.stringify(`../${id.slice(COMPILED.length)}`);
    return {
      code: readFileSync(id, 'utf8').replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`),
      map: readFileSync(`${id}.map`, 'utf8'),
    };
  },
  transform(code, id) {
    return id.startsWith(COMPILED) ? undefined : { code, map: { mappings: '' } };
  },
};

await rm(SERVICE, { recursive: true, force: true });
const bundle = await rolldown({
  input: `${COMPILED}src/main.js`,
  platform: 'node',
  external: [...NATIVE, ...OPTIONAL].map((name) => new RegExp(`^${name}(/|$)`)),
  plugins: [places],
  onLog: refuseWarnings,
});
await bundle.write({
  dir: SERVICE,
  format: 'esm',
  sourcemap: true,
  keepNames: true, // Nest's log and TypeORM's errors name classes: two of one name keep it
  comments: false, // an eighth of what is read at every start
});
await bundle.close();

function refuseWarnings(level: LogLevel, log: RolldownLog): void {
  if (level === 'warn') throw new Error(log.message);
}
