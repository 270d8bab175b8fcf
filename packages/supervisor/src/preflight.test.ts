import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Config, readConfig } from '@lubo/config';
import { checkCertificates, checkFolder, checkPorts, wantedPorts } from './preflight.ts';

/** Settings whose ports are free at this moment. */
async function freeConfig(): Promise<Config> {
  const servers = await Promise.all(
    [0, 1, 2, 3].map(() => new Promise<ReturnType<typeof createServer>>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
    })),
  );
  const ports = servers.map((server) => String((server.address() as AddressInfo).port));
  await Promise.all(servers.map((server) => new Promise((resolve) => void server.close(resolve))));
  const [site, http, rtmp, console] = ports;
  return readConfig({
    fileName: 'lubo.yaml',
    text: 'site: { host: 127.0.0.1 }\nlive: { host: 127.0.0.1 }',
    env: { LUBO_SITE_PORT: site, LUBO_LIVE_HTTP_PORT: http, LUBO_LIVE_RTMP_PORT: rtmp, LUBO_GATHER_CONSOLE_PORT: console },
  });
}

describe('checking ports before the start', () => {
  test('free ports pass', async () => {
    await assert.doesNotReject(checkPorts(await freeConfig()));
  });

  test('a port in use is named with its part and the setting that helps', async () => {
    const config = await freeConfig();
    const other = createServer().listen(config.live.rtmpPort, '127.0.0.1');
    await new Promise((resolve) => void other.once('listening', resolve));
    await assert.rejects(checkPorts(config), (error: Error) => {
      assert.match(error.message, new RegExp(`live server \\(RTMP\\): port ${config.live.rtmpPort} is in use.*LUBO_LIVE_RTMP_PORT`));
      assert.equal(error.message.split('\n').length, 1);
      return true;
    });
    other.close();
  });

  test('two parts that want one port are told apart', async () => {
    const config = await freeConfig();
    config.gather.consolePort = config.site.port;
    await assert.rejects(checkPorts(config), /gather and site both want port \d+: change LUBO_GATHER_CONSOLE_PORT or LUBO_SITE_PORT/);
  });
});

describe('checking certificates', () => {
  test('settings without any pass, and want no port for RTMPS', async () => {
    const config = await freeConfig();
    assert.doesNotThrow(() => checkCertificates(config));
    assert.equal(wantedPorts(config).length, 4);
  });

  test('every one that can not be served or trusted is a line of its own', async () => {
    const tls = { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' };
    const { site, live, ...rest } = await freeConfig();
    const config = { ...rest, site: { ...site, tls }, live: { ...live, tls }, caFile: '/nowhere/ca.pem' };
    assert.ok(wantedPorts(config).some(({ variable }) => variable === 'LUBO_LIVE_RTMPS_PORT'));
    assert.throws(() => checkCertificates(config), (error: Error) => {
      const lines = error.message.split('\n');
      assert.equal(lines.length, 3);
      for (const [i, start] of ['site.tls.certFile: ', 'live.tls.certFile: ', 'caFile: '].entries()) assert.ok(lines[i]?.startsWith(start), lines[i]);
      return true;
    });
  });
});

describe('checking the data folder', () => {
  test('a folder that is not there is made', () => {
    const parent = mkdtempSync(join(tmpdir(), 'lubo-preflight-'));
    assert.doesNotThrow(() => checkFolder(join(parent, 'a', 'b')));
    rmSync(parent, { recursive: true });
  });

  test('a place that can not be a folder is named with what to do', () => {
    const parent = mkdtempSync(join(tmpdir(), 'lubo-preflight-'));
    writeFileSync(join(parent, 'file'), '');
    assert.throws(() => checkFolder(join(parent, 'file', 'data')), /data folder .*can't be written \(ENOTDIR\).*LUBO_DATA_DIR/);
    rmSync(parent, { recursive: true });
  });
});
