import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkStreamToken, signStreamToken } from './stream-token.ts';

const key = '11'.repeat(32);
const other = '22'.repeat(32);
const now = 1_800_000_000;
const token = signStreamToken(key, 'abc', 'play', now + 60);

describe('a stream token', () => {
  const cases: [name: string, fault: string | undefined, ...call: Parameters<typeof checkStreamToken>][] = [
    ['is good for its stream and action until it expires', undefined, [key], 'abc', 'play', token, now],
    ['is good with an older key too', undefined, [other, key], 'abc', 'play', token, now],
    ['is refused for another stream', 'wrong', [key], 'abd', 'play', token, now],
    ['is refused for another action', 'wrong', [key], 'abc', 'publish', token, now],
    ['is refused under another key', 'wrong', [other], 'abc', 'play', token, now],
    ['is refused after its time', 'expired', [key], 'abc', 'play', token, now + 61],
    ['is refused when its time was moved', 'wrong', [key], 'abc', 'play', token.replace(/^[^.]*/, (now + 999).toString(36)), now],
    ['is refused when it is missing', 'missing', [key], 'abc', 'play', null, now],
    ['is refused when it is no token', 'malformed', [key], 'abc', 'play', 'x'.repeat(5000), now],
    ['is refused with more parts', 'malformed', [key], 'abc', 'play', `${token}.x`, now],
    ['is refused when cut', 'wrong', [key], 'abc', 'play', token.slice(0, -2), now],
    ['is refused when there is no key', 'wrong', [], 'abc', 'play', token, now],
  ];
  for (const [name, fault, ...call] of cases) {
    test(name, () => {
      assert.equal(checkStreamToken(...call), fault);
    });
  }

  test('can not be split otherwise into stream and action', () => {
    const tricky = signStreamToken(key, 'a\nplay', 'play', now + 60);
    assert.equal(checkStreamToken([key], 'a', 'play', tricky, now), 'wrong');
  });
});
