import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  scripts: { start: string };
};

/** Node's flags in `npm start`, so that what is measured is what runs. */
export const AS_DEPLOYED = manifest.scripts.start.split(' ').filter((word) => word.startsWith('--'));
