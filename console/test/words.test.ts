import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORDS } from '../src/i18n/words.ts';

const valuesIn = (text: string) => new Set(Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name));

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
