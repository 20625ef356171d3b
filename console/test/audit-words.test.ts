import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { actionWords } from '../src/i18n/words/actions.ts';

/** Every action that the service writes into its audit log: written out, or its last part given to `record`. */
function actionsOf(source: string): string[] {
  const written = [...source.matchAll(/action: '([a-z-]+\.[a-z_-]+)'/g)].map(([, action]) => action);
  const [, subject] = /action: `([a-z-]+)\.\$\{/.exec(source) ?? [];
  if (subject === undefined) return written.flatMap((action) => action ?? []);
  const events = [...source.matchAll(/this\.record\([^()]*?'([a-z_-]+)'/g)].map(([, event]) => event);
  return [...written, ...events.map((event) => `${subject}.${event}`)].flatMap((action) => action ?? []);
}

it('the audit log has words for whatever the staff can do', () => {
  const actions = globSync('src/**/*.ts').flatMap((path) => actionsOf(readFileSync(path, 'utf8')));
  assert.ok(actions.length > 25, `only ${actions.length} actions found`);
  assert.deepEqual([...new Set(actions)].filter((action) => !(`action.${action}` in actionWords)).sort(), []);
});
