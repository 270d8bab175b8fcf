import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gramsOf, gramsOfWords, markOf } from './grams.ts';

const texts = ['管理员 editChannel {"name":"三年级2班"}', 'ＡＢＣ abc', '𠮷野家', 'a', ''];

test('a text has the grams of each part of it, in any width and case', () => {
  for (const text of texts) {
    const grams = new Set(gramsOf(text));
    for (let from = 0; from < text.length; from++) {
      for (let to = from + 1; to <= text.length; to++) {
        const part = text.slice(from, to).toUpperCase();
        assert.ok(gramsOfWords(part).grams.every((gram) => grams.has(gram)), part);
      }
    }
  }
});

test('words of up to three signs have one gram, which tells all; longer ones must be looked at', () => {
  assert.deepEqual(['年', '年级', '三年级', 'ＡＢＣ'].map((words) => [gramsOfWords(words).grams.length, gramsOfWords(words).isExact]), [[1, true], [1, true], [1, true], [1, true]]);
  assert.deepEqual(gramsOfWords('王'), { grams: ['738b'], isExact: true });
  assert.deepEqual(gramsOfWords('abcd'), { grams: ['006100620063', '006200630064'], isExact: false });
  assert.equal(gramsOfWords('aaaaaaaa').grams.length, 1);
  assert.deepEqual(gramsOfWords(''), { grams: [], isExact: true });
});

test('a whole value is no gram and no other value', () => {
  const marks = [markOf('o', 'abc'), markOf('p', 'abc'), markOf('t', 'abc'), markOf('t', 'abcd'), markOf('t', 'ABC')];
  assert.equal(new Set([...marks, ...gramsOf('abc o p t')]).size, marks.length + gramsOf('abc o p t').length);
  for (const mark of marks) assert.match(mark, /^[a-z0-9]+$/);
});
