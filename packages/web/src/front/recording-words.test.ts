import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, titleOf } from './recording-words.ts';

const whole = { subjectName: '数学', teacherName: '王老师', className: '三班', schoolName: '一中', gradeName: '高一' };

test('subject and teacher name a recording, class and school place it', () => {
  assert.deepEqual([titleOf(whole), placeOf(whole)], ['数学 · 王老师', '三班 · 一中 · 高一']);
});

test('without subject and teacher the class names it, and is not said twice', () => {
  const bare = { ...whole, subjectName: '', teacherName: '', gradeName: '' };
  assert.deepEqual([titleOf(bare), placeOf(bare)], ['三班', '一中']);
});
