// The live server as the process that it is: keys from its own disk while the site is away, and an end within three seconds.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { signStreamToken } from '@lubo/contract/stream-token';
import { freePorts } from '../free-ports.ts';
import { until } from '../../packages/live/src/fake-live.ts';
import { makeClip, probe, programs, pushArgs, timesOf, workDir } from './live-harness.ts';

const key = '3c'.repeat(32);
const main = new URL('../../packages/live/src/main.ts', import.meta.url).pathname;

for (const workers of [1, 2]) describe(`a live server of ${workers} process(es) that starts while the site is away`, () => {
  const { start, end } = programs();
  let part: ChildProcess;
  let lines = '';
  let ports: { http: number; rtmp: number };
  const hasExited = (): boolean => part.exitCode !== null || part.signalCode !== null;

  before(async () => {
    const dataDir = await mkdtemp(join(workDir, 'data-'));
    await mkdir(join(dataDir, 'live'));
    await writeFile(join(dataDir, 'live', 'state.json'), JSON.stringify({ revision: 7, resources: { settings: { tokenKeys: [key] } } }));
    const [http = 0, rtmp = 0, site = 0] = await freePorts(3);
    ports = { http, rtmp };
    const env = {
      PATH: process.env['PATH'],
      LUBO_DATA_DIR: dataDir,
      LUBO_LIVE_HOST: '127.0.0.1',
      LUBO_LIVE_HTTP_PORT: String(http),
      LUBO_LIVE_RTMP_PORT: String(rtmp),
      LUBO_LIVE_SITE_URL: `http://127.0.0.1:${site}`,
      LUBO_LIVE_CODE: 'no-such-site-code',
      LUBO_LIVE_WORKERS: String(workers),
    };
    part = spawn(process.execPath, [main], { cwd: dataDir, env, stdio: ['ignore', 'pipe', 'pipe'] });
    part.stdout?.on('data', (text) => (lines += String(text)));
    part.stderr?.on('data', (text) => (lines += String(text)));
    await until('listening', () => lines.includes('"listening"') || hasExited());
    assert.equal(hasExited(), false, lines);
  });
  after(() => {
    end();
    part.kill('SIGKILL');
  });
  const token = (action: 'play' | 'publish') => signStreamToken(key, 'room', action, Date.now() / 1000 + 60);
  const flv = () => `http://127.0.0.1:${ports.http}/live/room.flv?token=${token('play')}`;

  test('admits with the keys that it kept, and says that the site is away', async () => {
    const healthz = async () => (await (await fetch(`http://127.0.0.1:${ports.http}/healthz`)).json()) as { hasKeys: boolean; isSiteConnected: boolean };
    let health = await healthz();
    for (let tries = 0; tries < 100 && !health.hasKeys; tries++) health = await healthz();
    assert.deepEqual([health.hasKeys, health.isSiteConnected], [true, false]);
    assert.equal((await fetch(`http://127.0.0.1:${ports.http}/live/room.flv?token=bad`)).status, 403);
    const probing = probe(flv(), 2);
    start('ffmpeg', pushArgs(await makeClip('both'), `rtmp://127.0.0.1:${ports.rtmp}/live/room?token=${token('publish')}`));
    assert.ok(timesOf((await probing).packets, 'video').length > 40);
  });

  test('has as many workers as it should', () => assert.equal(childrenOf(part.pid ?? 0).length, workers === 1 ? 0 : workers));

  test('ends within three seconds of the signal with publisher and viewer connected, and logs no token', async () => {
    const viewer = await fetch(flv());
    assert.equal(viewer.status, 200);
    const gone = once(part, 'exit');
    part.kill('SIGTERM');
    const signal = AbortSignal.timeout(3_000);
    const [code] = await Promise.race([gone, once(signal, 'abort').then(() => ['too late'])]);
    assert.equal(code, 0);
    await viewer.body?.cancel();
    assert.doesNotMatch(lines, /token=|"reason":"[^"]*[0-9a-z]{6}\.[\w-]{20}/);
    assert.ok(!lines.includes(key));
  });
});

test('workers end with their primary, however it goes', async () => {
  const dataDir = await mkdtemp(join(workDir, 'data-'));
  const [http = 0, rtmp = 0, site = 0] = await freePorts(3);
  const env = {
    PATH: process.env['PATH'],
    LUBO_DATA_DIR: dataDir,
    LUBO_LIVE_HOST: '127.0.0.1',
    LUBO_LIVE_HTTP_PORT: String(http),
    LUBO_LIVE_RTMP_PORT: String(rtmp),
    LUBO_LIVE_SITE_URL: `http://127.0.0.1:${site}`,
    LUBO_LIVE_CODE: 'no-such-site-code',
    LUBO_LIVE_WORKERS: '2',
  };
  const part = spawn(process.execPath, [main], { cwd: dataDir, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let lines = '';
  part.stdout.on('data', (text) => (lines += String(text)));
  await until('both listen', () => lines.split('"listening"').length === 3);
  const children = childrenOf(part.pid ?? 0);
  assert.equal(children.length, 2);
  part.kill('SIGKILL');
  await until('no worker is left', () => !children.some(isAlive));
});

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
