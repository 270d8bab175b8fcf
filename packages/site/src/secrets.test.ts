import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { StartError } from '@lubo/config';
import { SealError, createSecrets, maxSecretLength, openSecrets } from './secrets.ts';
import { temporaryFolder } from './testing/site-in-hand.ts';

const secrets = createSecrets(new Uint8Array(32).fill(7));

test('what was sealed opens again, and looks different each time', () => {
  for (const plain of ['', 'correct horse', '密码 🔑', 'x'.repeat(maxSecretLength)]) {
    const sealed = secrets.seal(plain, 'camera/1');
    assert.equal(secrets.open(sealed, 'camera/1'), plain);
    assert.notEqual(secrets.seal(plain, 'camera/1'), sealed);
    if (plain !== '') assert.ok(!sealed.includes(plain) && !Buffer.from(sealed, 'base64url').includes(plain));
  }
});

test('it opens for its own purpose and key only', () => {
  const sealed = secrets.seal('correct horse', 'camera/1');
  assert.throws(() => secrets.open(sealed, 'camera/2'), SealError);
  assert.throws(() => createSecrets(new Uint8Array(32).fill(8)).open(sealed, 'camera/1'), SealError);
});

test('a text that was changed anywhere does not open', () => {
  const sealed = secrets.seal('correct horse', 'camera/1');
  for (let at = 0; at < sealed.length; at++) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    // The last character may carry bits that mean nothing in base64url.
    if (Buffer.from(changed.slice(3), 'base64url').equals(Buffer.from(sealed.slice(3), 'base64url')) && changed.startsWith('v1.')) continue;
    assert.throws(() => secrets.open(changed, 'camera/1'), SealError, `character ${at}`);
    assert.throws(() => secrets.open(sealed.slice(0, at), 'camera/1'), SealError, `cut at ${at}`);
  }
});

test('a secret past the bound is refused', () => {
  assert.throws(() => secrets.seal('x'.repeat(maxSecretLength + 1), 'camera/1'), RangeError);
});

test('the key is made once, for this user only, and stays', (t) => {
  const dir = temporaryFolder(t);
  const sealed = openSecrets(dir).seal('correct horse', 'camera/1');
  assert.equal(openSecrets(dir).open(sealed, 'camera/1'), 'correct horse');
  assert.deepEqual(readdirSync(dir), ['secret.key']);
  assert.match(readFileSync(join(dir, 'secret.key'), 'utf8'), /^[0-9a-f]{64}\n$/);
  if (process.platform !== 'win32') assert.equal(statSync(join(dir, 'secret.key')).mode & 0o777, 0o600);
});

test('a damaged key file stops the start instead of being replaced', (t) => {
  for (const text of ['', 'abcd\n', 'x'.repeat(64)]) {
    const dir = temporaryFolder(t);
    writeFileSync(join(dir, 'secret.key'), text);
    assert.throws(() => openSecrets(dir), (error) => error instanceof StartError && /secret\.key is damaged/.test(error.message));
    assert.equal(readFileSync(join(dir, 'secret.key'), 'utf8'), text);
  }
});

test('a folder that can not be written is told with the file', () => {
  assert.throws(() => openSecrets('/proc/nothing'), (error) => error instanceof StartError && error.message.includes('secret.key'));
});
