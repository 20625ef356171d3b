import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORDS } from '../src/i18n/words.ts';

const valuesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('both languages of a word name the same values', () => {
  for (const [key, [zh, en]] of Object.entries(WORDS)) assert.deepEqual(valuesIn(en), valuesIn(zh), key);
});

test('no word is empty, and English is not left in Chinese', () => {
  for (const [key, [zh, en]] of Object.entries(WORDS)) {
    assert.notEqual(zh.trim(), '', key);
    assert.notEqual(en.trim(), '', key);
    assert.doesNotMatch(en, /[\u4e00-\u9fff]/, key);
  }
});
