import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { routes } from './index.ts';

test('no two routes have the same method and path', () => {
  const places = Object.values(routes).map((route) => `${route.method} ${route.path}`);
  assert.deepEqual(places, [...new Set(places)]);
});

test('every :name in a path has its shape in params', () => {
  for (const [name, route] of Object.entries(routes)) {
    const names = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1]);
    const shape = 'params' in route && route.params instanceof z.ZodObject ? Object.keys(route.params.shape) : [];
    assert.deepEqual(shape, names, name);
  }
});

test('everything that only administrators may see or do says so', () => {
  const open = Object.entries(routes).filter(([, route]) => route.access === 'public' && route.method !== 'GET');
  assert.deepEqual(open.map(([name]) => name).toSorted(), [
    'beginPhoneSignIn',
    'beginSignIn',
    'countPlay',
    'enrol',
    'finishSignIn',
    'setUp',
    'signIn',
    'signOut',
    'takePhoneSignIn',
    'watchChannel',
  ]);
});
