import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { trustAuthorities } from './authorities.ts';
import { fakeCertificate, noOpenssl } from './fake-certificate.ts';
import { readConfig } from './read.ts';
import { sitePlaceOf } from './site-place.ts';
import { StartError } from './start-error.ts';

const skip = noOpenssl;

function make(t: TestContext) {
  const files = fakeCertificate();
  t.after(() => files.remove());
  return files;
}

test('a certificate of the school\'s own is trusted once it is named, and the well-known ones still are', { skip }, async (t) => {
  const files = make(t);
  const server = createServer({ cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) }, (_, response) => response.end('yes'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await assert.rejects(fetch(url), (error: Error) => /self-signed/.test(String(error.cause)));
  trustAuthorities(files.certFile);
  trustAuthorities(make(t).certFile);
  assert.equal(await (await fetch(url)).text(), 'yes');
  server.closeAllConnections();
});

test('a file without certificates is one line that names the setting', { skip }, (t) => {
  const { folder, keyFile } = make(t);
  const broken = join(folder, 'broken.pem');
  writeFileSync(broken, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  for (const [file, words] of [[join(folder, 'none'), /can't be read \(ENOENT\)/], [keyFile, /holds no certificate/], [broken, /can't be read/]] as const) {
    assert.throws(() => trustAuthorities(file), (error) => error instanceof StartError && error.message.startsWith('caFile: ') && words.test(error.message));
  }
});

test('an agent of the site\'s own machine dials it over loopback, by the scheme that it speaks', () => {
  const place = (env: Record<string, string>) => sitePlaceOf(readConfig({ fileName: '', text: undefined, env }), 'gather');
  assert.deepEqual(place({ LUBO_SITE_PORT: '9000' }), { siteUrl: 'http://127.0.0.1:9000', isOwnMachine: true });
  assert.deepEqual(place({ LUBO_SITE_TLS_CERT_FILE: 'a', LUBO_SITE_TLS_KEY_FILE: 'b' }), { siteUrl: 'https://127.0.0.1:8000', isOwnMachine: true });
  for (const [host, own] of [['0.0.0.0', '127.0.0.1'], ['::', '127.0.0.1'], ['::1', '[::1]'], ['192.0.2.7', '192.0.2.7'], ['2001:db8::7', '[2001:db8::7]'], ['localhost', 'localhost']] as const) {
    assert.deepEqual(place({ LUBO_SITE_HOST: host }), { siteUrl: `http://${own}:8000`, isOwnMachine: true });
  }
  assert.deepEqual(place({ LUBO_GATHER_SITE_URL: 'https://a.example' }), { siteUrl: 'https://a.example', isOwnMachine: false });
});
