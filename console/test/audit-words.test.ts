import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { ACTION_WORDS, SUBJECT_WORDS } from '../../src/staff/exports/audit-words.ts';
import type { WordList } from '../src/i18n/word-list.ts';
import { actionWords } from '../src/i18n/words/actions.ts';
import { eventWords } from '../src/i18n/words/events.ts';

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

/** The Chinese of the console's words under a prefix. */
function chineseUnder(prefix: string, words: WordList): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, [zh]]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), zh]] : [],
    ),
  );
}

function chineseOf(words: typeof ACTION_WORDS): Record<string, string> {
  return Object.fromEntries(Object.entries(words).map(([name, { zh }]) => [name, zh]));
}

it('the file of the audit log says it in the same words', () => {
  assert.deepEqual(chineseOf(ACTION_WORDS), chineseUnder('action.', actionWords));
  assert.deepEqual(chineseOf(SUBJECT_WORDS), chineseUnder('subject.', eventWords));
});
