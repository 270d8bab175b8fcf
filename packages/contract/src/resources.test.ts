import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RelayDown, Resources } from './relay.ts';
import { type HeldState, applyDown, differenceOf } from './resources.ts';

describe('the difference of two states', () => {
  const cases: { name: string; from: Resources; to: Resources; difference: ReturnType<typeof differenceOf> }[] = [
    { name: 'nothing', from: { a: { x: 1 } }, to: { a: { x: 1 } }, difference: undefined },
    { name: 'a new resource', from: {}, to: { a: 1 }, difference: { set: { a: 1 }, remove: [] } },
    { name: 'a changed resource', from: { a: { x: 1 } }, to: { a: { x: 2 } }, difference: { set: { a: { x: 2 } }, remove: [] } },
    { name: 'a resource that is gone', from: { a: 1, b: 2 }, to: { b: 2 }, difference: { set: {}, remove: ['a'] } },
    { name: 'a null that appears', from: {}, to: { a: null }, difference: { set: { a: null }, remove: [] } },
  ];
  for (const { name, from, to, difference } of cases) {
    test(name, () => {
      assert.deepEqual(differenceOf(from, to), difference);
    });
  }
});

describe('taking on a message of the site', () => {
  const held: HeldState = { revision: 4, resources: { a: 1, b: 2 } };
  const change: RelayDown = { type: 'change', from: 4, revision: 5, set: { a: 9 }, remove: ['b'] };

  test('a newer whole state replaces what was held', () => {
    assert.deepEqual(applyDown(held, { type: 'state', revision: 7, resources: { c: 3 } }), { revision: 7, resources: { c: 3 } });
  });

  test('a late whole state changes nothing, and the first of a connection is taken whatever its revision', () => {
    const late: RelayDown = { type: 'state', revision: 2, resources: { c: 3 } };
    assert.equal(applyDown(held, late), held);
    assert.deepEqual(applyDown(undefined, late), { revision: 2, resources: { c: 3 } });
  });

  test('a change that fits is taken on and the held state itself stays', () => {
    assert.deepEqual(applyDown(held, change), { revision: 5, resources: { a: 9 } });
    assert.deepEqual(held.resources, { a: 1, b: 2 });
  });

  test('a doubled change changes nothing', () => {
    const after = applyDown(held, change) as HeldState;
    assert.equal(applyDown(after, change), after);
  });

  test('a change after a lost one asks for the whole', () => {
    assert.equal(applyDown(held, { ...change, from: 5, revision: 6 }), 'resync');
    assert.equal(applyDown(undefined, change), 'resync');
  });
});
