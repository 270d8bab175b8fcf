import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeText, sumOf } from './sum.ts';

test('the same kind adds up, what blocks stands first', () => {
  const usage = { isBlocked: false, state: '' };
  assert.deepEqual(
    sumOf([
      { ...usage, items: [{ kind: 'channels', effect: 'stays', count: 1 }, { kind: 'recordings', effect: 'goes', count: 2, bytes: 10 }] },
      { ...usage, items: [{ kind: 'recordings', effect: 'goes', count: 3, bytes: 5 }, { kind: 'gathers', effect: 'blocks', count: 1 }] },
    ]),
    [
      { kind: 'gathers', effect: 'blocks', count: 1 },
      { kind: 'recordings', effect: 'goes', count: 5, bytes: 15 },
      { kind: 'channels', effect: 'stays', count: 1 },
    ],
  );
  assert.deepEqual(sumOf([]), []);
});

for (const [bytes, text] of [[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [999_949, '1.0 MB'], [4_600_000_000, '4.6 GB'], [250_000_000, '250 MB'], [3e18, '3000 PB']] as const) {
  test(`${bytes} bytes are ${text}`, () => assert.equal(sizeText(bytes), text));
}
