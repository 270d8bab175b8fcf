// What is asked of an ONVIF camera, and how often with a wrong password: against a stand-in that checks every signature.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type FakeProfile, startFakeCamera } from './fake-camera.ts';
import { askCamera } from './onvif.ts';

const profiles: FakeProfile[] = [
  { token: 'sub', encoding: 'H264', width: 640, height: 360, uri: 'rtsp://192.168.1.64:8554/sub?a=1&b=2' },
  { token: 'main', encoding: 'H265', width: 1920, height: 1080, uri: 'rtsp://admin:12345@192.168.1.64/main' },
  { token: 'still', encoding: 'JPEG', width: 3840, height: 2160, uri: 'rtsp://192.168.1.64/still' },
];
const user = 'teacher';
const password = 'p<&>ss';

async function begin(t: TestContext, more: Partial<Parameters<typeof startFakeCamera>[0]> = {}) {
  const camera = await startFakeCamera({ user, password, profiles, ...more });
  t.after(() => camera.close());
  const ask = (credentials: { username: string; password: string } | undefined) => askCamera({ address: '127.0.0.1', port: camera.port }, credentials, AbortSignal.timeout(5_000));
  return { camera, ask };
}

test('the largest picture is the main stream, a smaller one the sub stream; hosts are as given, without credentials', async (t) => {
  const { camera, ask } = await begin(t);
  const { main, sub } = await ask({ username: user, password });
  assert.deepEqual([main, sub], ['rtsp://127.0.0.1/main', 'rtsp://127.0.0.1:8554/sub?a=1&b=2']);
  assert.deepEqual(camera.asked, ['GetSystemDateAndTime', 'GetCapabilities', 'GetProfiles', 'GetStreamUri', 'GetStreamUri']);
});

for (const hours of [-30, 1, 9000]) {
  test(`a camera whose clock is ${hours} h off is signed in to by its own time`, async (t) => {
    const { ask } = await begin(t, { skewMillis: hours * 3_600_000 });
    assert.equal((await ask({ username: user, password })).main, 'rtsp://127.0.0.1/main');
  });
}

test('a media service at a port of its own is found there', async (t) => {
  const { camera, ask } = await begin(t, { hasMediaPort: true });
  assert.equal((await ask({ username: user, password })).main, 'rtsp://127.0.0.1/main');
  assert.deepEqual(camera.asked, ['GetSystemDateAndTime', 'GetCapabilities', 'GetProfiles', 'GetStreamUri', 'GetStreamUri']);
});

test('a wrong password is sent once and told as such, a missing one too', async (t) => {
  const { camera, ask } = await begin(t);
  await assert.rejects(ask({ username: user, password: 'wrong' }), { name: 'SourceError', code: 'wrong-password' });
  assert.equal(camera.refused, 1);
  await assert.rejects(ask(undefined), { code: 'password-missing' });
});

test('a camera with one stream has no sub stream; one without H.264 or H.265, or none at all, is named', async (t) => {
  const one = await begin(t, { profiles: profiles.slice(1, 2) });
  assert.equal((await one.ask({ username: user, password })).sub, undefined);
  const still = await begin(t, { profiles: profiles.slice(2) });
  await assert.rejects(still.ask({ username: user, password }), { code: 'codec-not-supported' });
  await assert.rejects(askCamera({ address: '127.0.0.1', port: 9 }, undefined, AbortSignal.timeout(5_000)), { code: 'source-unreachable' });
});
