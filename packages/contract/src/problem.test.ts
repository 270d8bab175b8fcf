import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError, Problem, problemKinds, problemOf } from './problem.ts';

test('every kind of error becomes a problem of the declared shape with a status of its own', () => {
  const problems = problemKinds.map((kind) => problemOf(new AppError(kind, 'busy', 'some words')));
  for (const problem of problems) assert.deepEqual(Problem.parse(problem), problem);
  assert.equal(new Set(problems.map((problem) => problem.status)).size, problemKinds.length);
});

test('wrong fields are told, and only then', () => {
  const fields = [{ path: 'body.name', message: 'too long', code: 'too-long' as const, limit: 64 }];
  assert.deepEqual(problemOf(new AppError('invalid', 'invalid-request', 'wrong', { fields })).errors, fields);
  assert.equal('errors' in problemOf(new AppError('invalid', 'invalid-request', 'wrong')), false);
});
