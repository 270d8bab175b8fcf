import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem } from '../api.ts';
import { zhCn } from '../i18n/zh-cn.ts';
import { wordsOf } from './problem-words.ts';

const hasKey = (key: string): boolean => Object.keys(zhCn.problem).some((name) => `problem.${name}` === key);

const cases = [
  { error: new ApiProblem(0, 'unreachable', ''), key: 'problem.unreachable' },
  { error: new ApiProblem(401, 'wrong-credentials', ''), key: 'problem.wrong-credentials' },
  { error: new ApiProblem(403, 'wrong-code', ''), key: 'problem.wrong-code' },
  { error: new ApiProblem(409, 'already-set-up', ''), key: 'problem.already-set-up' },
  { error: new ApiProblem(429, 'too-many-sign-ins', ''), key: 'problem.too-many' },
  { error: new ApiProblem(400, 'invalid-request', ''), key: 'problem.invalid' },
  { error: new ApiProblem(410, 'some-code', ''), key: 'problem.not-found' },
  { error: new ApiProblem(413, 'some-code', ''), key: 'problem.invalid' },
  { error: new ApiProblem(500, 'unexpected', ''), key: 'problem.unexpected' },
  { error: new ApiProblem(418, 'teapot', ''), key: 'problem.unexpected' },
  { error: new Error('a bug'), key: 'problem.unexpected' },
];

for (const { error, key } of cases) {
  test(`${error.message || (error as ApiProblem).code} is told as ${key}`, () => {
    assert.equal(wordsOf(error, hasKey).key, key);
    assert.ok(hasKey(key));
  });
}

test('a wait that the site asks for is told in seconds', () => {
  assert.deepEqual(wordsOf(new ApiProblem(429, 'too-many-sign-ins', '', { retryAfterSeconds: 42 }), hasKey).values, { seconds: 42 });
});
