import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStreamToken } from '@lubo/contract/stream-token';
import { seededRandom } from '../testing/random.ts';
import { streamToken, windowSeconds } from './stream-tokens.ts';

const key = 'ab'.repeat(32);

test('a token is the same within its window and valid for at least one window, at most two', () => {
  const random = seededRandom(1);
  for (let i = 0; i < 500; i++) {
    const now = Math.floor(random() * 4e12);
    for (const action of ['play', 'publish'] as const) {
      const seconds = windowSeconds[action];
      const { token, expiresAt } = streamToken(key, 'c', action, now);
      assert.ok(expiresAt - now >= seconds * 1000 && expiresAt - now <= 2 * seconds * 1000);
      assert.equal(streamToken(key, 'c', action, Math.floor(now / seconds / 1000) * seconds * 1000).token, token);
      assert.equal(checkStreamToken([key], 'c', action, token, now / 1000 + seconds), undefined);
      assert.equal(checkStreamToken([key], 'c', action, token, now / 1000 + 2 * seconds + 1), 'expired');
    }
  }
});

test('playing is valid for at least 5 minutes, publishing for at least 10', () => {
  assert.ok(windowSeconds.play >= 300 && windowSeconds.publish >= 600);
});

test('a token is for one stream, one action and one live server', () => {
  const now = Date.UTC(2026, 8, 1);
  const { token } = streamToken(key, 'c', 'play', now);
  assert.equal(checkStreamToken([key], 'd', 'play', token, now / 1000), 'wrong');
  assert.equal(checkStreamToken([key], 'c', 'publish', token, now / 1000), 'wrong');
  assert.equal(checkStreamToken(['cd'.repeat(32)], 'c', 'play', token, now / 1000), 'wrong');
});
