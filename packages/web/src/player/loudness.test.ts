import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLoudness, writeLoudness } from './loudness.ts';

function storeInHand(text: string | null) {
  const store = { text, getItem: () => store.text, setItem: (_key: string, next: string) => void (store.text = next) };
  return store;
}

test('volume and mute are remembered', () => {
  const store = storeInHand(null);
  writeLoudness(store, { volume: 0.35, isMuted: true });
  assert.deepEqual(readLoudness(store), { volume: 0.35, isMuted: true });
});

const broken = ['', 'null', '7', '{"volume":9}', '{"volume":"loud","isMuted":"yes"}', '{', '[]'];

for (const text of broken) {
  test(`nonsense in the store (${text}) means full volume`, () => {
    assert.deepEqual(readLoudness(storeInHand(text)), { volume: 1, isMuted: false });
  });
}

test('a barred store does no harm', () => {
  const barred = {
    getItem: () => {
      throw new Error('barred');
    },
    setItem: () => {
      throw new Error('barred');
    },
  };
  assert.deepEqual(readLoudness(barred), { volume: 1, isMuted: false });
  assert.doesNotThrow(() => writeLoudness(barred, { volume: 1, isMuted: true }));
  assert.deepEqual(readLoudness(undefined), { volume: 1, isMuted: false });
});
