import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Problem } from '@lubo/contract';
import { siteInHand, temporaryFolder } from '../testing/site-in-hand.ts';

const script = 'export const a = 1;';

async function siteWithPages(t: TestContext) {
  const folder = temporaryFolder(t);
  const webDir = join(folder, 'dist');
  mkdirSync(join(webDir, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(webDir, 'index.html'), '<!doctype html><title>Lubo</title>');
  writeFileSync(join(webDir, 'favicon.svg'), '<svg/>');
  writeFileSync(join(webDir, 'assets', 'app-abc123.js'), script);
  writeFileSync(join(webDir, 'assets', 'app-abc123.js.gz'), gzipSync(script));
  return (await siteInHand(t, { deps: { webDir } })).site.app;
}

test('files with a hash are kept for ever, the page is asked for anew each time', async (t) => {
  const app = await siteWithPages(t);
  const asset = await app.inject('/assets/app-abc123.js');
  assert.deepEqual([asset.statusCode, asset.body, asset.headers['cache-control']], [200, script, 'public, max-age=31536000, immutable']);
  assert.match(String(asset.headers['content-type']), /javascript/);
  for (const url of ['/', '/index.html', '/live', '/watch/abc?x=1', '/setup']) {
    const page = await app.inject(url);
    assert.deepEqual([page.statusCode, page.headers['cache-control']], [200, 'no-cache'], url);
    assert.match(page.body, /<title>Lubo/);
    assert.match(String(page.headers['content-security-policy']), /default-src 'self'/);
  }
  assert.equal((await app.inject('/favicon.svg')).headers['cache-control'], 'no-cache');
});

test('a page that is still the same is not sent again', async (t) => {
  const app = await siteWithPages(t);
  const { headers } = await app.inject('/');
  assert.equal((await app.inject({ url: '/', headers: { 'if-none-match': String(headers['etag']) } })).statusCode, 304);
});

test('whoever takes gzip gets what was packed beforehand', async (t) => {
  const app = await siteWithPages(t);
  const { headers, rawPayload } = await app.inject({ url: '/assets/app-abc123.js', headers: { 'accept-encoding': 'gzip' } });
  assert.equal(headers['content-encoding'], 'gzip');
  assert.deepEqual(rawPayload, gzipSync(script));
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
});

test('a missing file is 404, not the page; nothing outside the folder is served', async (t) => {
  const app = await siteWithPages(t);
  for (const url of ['/assets/app-old.js', '/missing.png', '/api/nope']) {
    const response = await app.inject(url);
    assert.equal(response.statusCode, 404, url);
    assert.equal(Problem.parse(response.json()).code, 'no-such-address');
  }
  for (const url of ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/assets/%2e%2e%5c%2e%2e%5csecret.txt']) {
    const response = await app.inject(url);
    assert.ok(response.statusCode >= 400 || response.body.includes('<title>Lubo'), url);
    assert.ok(!response.body.includes('secret'), url);
  }
});

test('without built pages the site says so and the API works', async (t) => {
  const { app } = (await siteInHand(t)).site;
  const { statusCode, body } = await app.inject('/');
  assert.equal(statusCode, 503);
  assert.match(body, /not built/);
  assert.equal((await app.inject('/api/site')).statusCode, 200);
});
