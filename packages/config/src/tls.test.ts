import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { fakeCertificate, noOpenssl } from './fake-certificate.ts';
import { StartError } from './start-error.ts';
import { type Tls, openTls } from './tls.ts';

const skip = noOpenssl;
const times = { pollMillis: 20, settleMillis: 5, now: () => Date.now() };

function make(t: TestContext, name = 'first') {
  const files = fakeCertificate(name);
  t.after(() => files.remove());
  const lines: { level: string; message: string; reason?: string }[] = [];
  const log = {
    info: (facts: object, message: string) => void lines.push({ level: 'info', message, ...facts }),
    warn: (facts: object, message: string) => void lines.push({ level: 'warn', message, ...facts }),
  };
  return { files, lines, log, warnings: () => lines.filter(({ level }) => level === 'warn') };
}

/** A TLS server with the pair; tells the name in the certificate that it serves. */
async function serve(t: TestContext, tls: Tls): Promise<() => Promise<string>> {
  const server = createServer(tls.pair, (socket) => socket.end());
  tls.keep(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    tls.close();
    server.close();
  });
  return () =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });
}

async function until(what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`did not come about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('no files named is no TLS', () => {
  const { log } = { log: { info: assert.fail, warn: assert.fail } };
  assert.equal(openTls({}, 'site.tls', log), undefined);
});

test('renewed files are served without a restart, links that are put elsewhere too', { skip }, async (t) => {
  const { files, lines, log } = make(t);
  const link = join(files.folder, 'live.pem');
  symlinkSync(files.certFile, link);
  const tls = openTls({ certFile: link, keyFile: files.keyFile }, 'site.tls', log, times);
  assert.ok(tls);
  const nameServed = await serve(t, tls);
  assert.equal(await nameServed(), 'first');
  files.renew('second');
  await until('the second is served', async () => (await nameServed()) === 'second');
  const moved = join(files.folder, 'moved.pem');
  files.renew('third');
  renameSync(files.certFile, moved);
  rmSync(link);
  symlinkSync(moved, link);
  await until('the third is served', async () => (await nameServed()) === 'third');
  assert.ok(lines.some(({ message }) => message === 'certificate in use'));
});

test('a half-written pair keeps the old one, tells why once, and the whole one is taken', { skip }, async (t) => {
  const { files, log, warnings } = make(t);
  const tls = openTls(files, 'live.tls', log, times);
  assert.ok(tls);
  const nameServed = await serve(t, tls);
  const next = make(t, 'next').files;
  copyFileSync(next.certFile, files.certFile);
  await until('it is told', () => warnings().length === 1);
  assert.match(warnings()[0]?.reason ?? '', /live\.tls: certificate and key do not belong together/);
  assert.equal(await nameServed(), 'first');
  rmSync(files.keyFile);
  await until('it is told', () => warnings().length === 2);
  assert.match(warnings()[1]?.reason ?? '', /live\.tls\.keyFile: .*ENOENT/);
  assert.equal(await nameServed(), 'first');
  copyFileSync(next.keyFile, files.keyFile);
  await until('the next is served', async () => (await nameServed()) === 'next');
  assert.equal(warnings().length, 2);
});

test('an expired certificate is served and told of', { skip }, (t) => {
  const { files, log, warnings } = make(t);
  openTls(files, 'site.tls', log, { ...times, now: () => Date.now() + 31 * 86_400_000 })?.close();
  assert.equal(warnings().length, 1);
  assert.match(warnings()[0]?.reason ?? '', /^expired on /);
});

test('files that can not be served are one line that names the setting', { skip }, (t) => {
  const { files, log } = make(t);
  const other = make(t).files;
  const [text, encrypted] = [join(files.folder, 'text'), join(files.folder, 'encrypted.pem')];
  writeFileSync(text, 'not PEM');
  execFileSync('openssl', ['ec', '-in', files.keyFile, '-aes256', '-passout', 'pass:secret', '-out', encrypted], { stdio: 'ignore' });
  const { certFile, keyFile } = files;
  const cases: [string, { certFile: string; keyFile: string }, RegExp][] = [
    ['a missing certificate', { certFile: '/nowhere/a.pem', keyFile }, /^site\.tls\.certFile: \/nowhere\/a\.pem can't be read \(ENOENT\)$/],
    ['a missing key', { certFile, keyFile: '/nowhere/b.pem' }, /^site\.tls\.keyFile: \/nowhere\/b\.pem can't be read \(ENOENT\)$/],
    ['a folder', { certFile: files.folder, keyFile }, /^site\.tls\.certFile: .* can't be read \(EISDIR\)$/],
    ['text as certificate', { certFile: text, keyFile }, /^site\.tls\.certFile holds no certificate in PEM form/],
    ['text as key', { certFile, keyFile: text }, /^site\.tls\.keyFile holds no private key/],
    ['a key with a pass phrase', { certFile, keyFile: encrypted }, /^site\.tls\.keyFile holds no private key in PEM form without a pass phrase/],
    ['files the wrong way round', { certFile: keyFile, keyFile: certFile }, /^site\.tls\.certFile holds no certificate/],
    ["another certificate's key", { certFile, keyFile: other.keyFile }, /^site\.tls: certificate and key do not belong together$/],
  ];
  for (const [what, pair, words] of cases) {
    assert.throws(() => openTls(pair, 'site.tls', log, times), (error) => {
      assert.ok(error instanceof StartError, what);
      assert.match(error.message, words, what);
      assert.doesNotMatch(error.message, /\n/, what);
      assert.ok(!error.message.includes(readFileSync(keyFile, 'utf8').split('\n')[1] ?? ''), what);
      return true;
    });
  }
});
