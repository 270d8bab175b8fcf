import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clearPositions, mostPositions, readPositions, resumeAt, writePosition } from './positions.ts';

function memoryStore(held: Record<string, string> = {}) {
  return { getItem: (key: string) => held[key] ?? null, setItem: (key: string, value: string) => void (held[key] = value), held };
}

const at = (id: string, seconds: number) => ({ id, seconds, durationSeconds: 2700, at: 1, title: '数学' });

test('a recording goes on where it was left', () => {
  const store = memoryStore();
  writePosition(store, at('a', 600));
  writePosition(store, at('a', 700));
  assert.equal(resumeAt(store, 'a'), 700);
  assert.equal(resumeAt(store, 'b'), undefined);
  assert.equal(readPositions(store).length, 1);
});

test('one that has hardly begun, or is as good as over, begins anew', () => {
  const store = memoryStore();
  for (const seconds of [0, 3, 2695, 2700]) {
    writePosition(store, at('a', seconds));
    assert.equal(resumeAt(store, 'a'), undefined, String(seconds));
  }
});

test('only the newest hundred are remembered', () => {
  const store = memoryStore();
  for (let n = 0; n < mostPositions + 20; n += 1) writePosition(store, at(`r${n}`, 100));
  const held = readPositions(store);
  assert.deepEqual([held.length, held[0]?.id, held.at(-1)?.id], [mostPositions, 'r119', 'r20']);
  clearPositions(store);
  assert.deepEqual(readPositions(store), []);
});

test('a barred store, a full one, and one that holds nonsense do no harm', () => {
  assert.deepEqual(readPositions(undefined), []);
  const full = { getItem: () => null, setItem: () => { throw new Error('full'); } };
  writePosition(full, at('a', 100));
  for (const text of ['{', '7', 'null', '[1,null,{"id":1}]', '[{"id":"a","seconds":"x","durationSeconds":1,"at":1,"title":""}]']) {
    assert.deepEqual(readPositions(memoryStore({ 'lubo.positions': text })), [], text);
  }
});
