import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { RecordingPlayer } from './recording-player.ts';
import type { RecordingStatus } from './recording-player.ts';

/** A video element as far as the player sees it; tests tell what happens to it. */
class FakeVideo extends EventTarget {
  src = '';
  currentTime = 0;
  duration = 2700;
  volume = 1;
  muted = false;
  ended = false;
  seeking = false;
  paused = true;
  error: { message: string } | null = null;
  refuses = 0;
  canPlay = 'probably';
  play(): Promise<void> {
    if (this.refuses > 0) {
      this.refuses -= 1;
      return Promise.reject(new DOMException('no', 'NotAllowedError'));
    }
    this.paused = false;
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
  }
  load(): void {}
  removeAttribute(): void {
    this.src = '';
  }
  canPlayType(): string {
    return this.canPlay;
  }
  tell(name: string): void {
    this.dispatchEvent(new Event(name));
  }
  break(): void {
    this.error = { message: 'lost' };
    this.tell('error');
    this.error = null;
  }
  playTo(seconds: number): void {
    this.currentTime = seconds;
    this.tell('timeupdate');
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

async function opened(t: TestContext, over: { startAt?: number; refuses?: number; canPlay?: string; load?: () => Promise<{ videoUrl: string; codecs: string }> } = {}) {
  const global = globalThis as Record<string, unknown>;
  global['window'] ??= new EventTarget();
  // Node has a navigator without it.
  Object.defineProperty(navigator, 'onLine', { value: true, configurable: true });
  const video = new FakeVideo();
  video.refuses = over.refuses ?? 0;
  video.canPlay = over.canPlay ?? 'probably';
  let asked = 0;
  let views = 0;
  let status: RecordingStatus | undefined;
  const load = async () => {
    asked += 1;
    return over.load === undefined ? { videoUrl: `/v?${asked}`, codecs: 'avc1.64001f' } : over.load();
  };
  const player = new RecordingPlayer(video as unknown as HTMLVideoElement, {
    load,
    startAt: over.startAt,
    onState: (next) => (status = next),
    onFirstPlay: () => (views += 1),
  });
  t.after(() => player.close());
  await turn();
  return { video, player, asked: () => asked, views: () => views, status: () => status as RecordingStatus };
}

test('it begins where it was left and tells of the first real play once', async (t) => {
  const { video, views, status } = await opened(t, { startAt: 600 });
  assert.deepEqual([video.src, video.currentTime, status().state], ['/v?1', 600, 'loading']);
  video.tell('playing');
  assert.equal(status().state, 'playing');
  video.playTo(600.5);
  assert.equal(views(), 0);
  video.playTo(1500);
  assert.equal(views(), 0, 'a jump is no play');
  for (const seconds of [1500.5, 1501.2, 1503]) video.playTo(seconds);
  assert.equal(views(), 1);
});

test('an expired address is asked for anew, and the video goes on where it was', async (t) => {
  const { video, asked, status } = await opened(t);
  video.tell('playing');
  video.playTo(1234);
  video.currentTime = 0;
  video.break();
  await turn();
  assert.deepEqual([asked(), video.src, video.currentTime], [2, '/v?2', 1234]);
  video.tell('playing');
  assert.deepEqual([status().state, status().fault], ['playing', undefined]);
});

test('a file that breaks at the same place again and again is told as broken, and tried once more when asked', async (t) => {
  const { video, player, status } = await opened(t);
  video.tell('playing');
  video.playTo(30);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (let n = 0; n < 3; n += 1) {
    video.break();
    t.mock.timers.tick(10_000);
    await turn();
  }
  assert.deepEqual([status().state, status().fault?.code], ['failed', 'recording-broken']);
  player.retry();
  await turn();
  video.tell('playing');
  assert.equal(status().state, 'playing');
});

test('a recording that is gone is told, not asked for again', async (t) => {
  const { asked, status } = await opened(t, { load: () => Promise.reject(Object.assign(new Error('x'), { status: 404, code: 'recording-not-found' })) });
  assert.deepEqual([asked(), status().state, status().fault?.code], [1, 'failed', 'recording-gone']);
});

test('a site that does not answer is asked again by itself', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isThere = false;
  const { video, status } = await opened(t, { load: () => (isThere ? Promise.resolve({ videoUrl: '/v', codecs: '' }) : Promise.reject(Object.assign(new Error('x'), { status: 0 }))) });
  assert.deepEqual([status().state, status().fault?.code], ['reconnecting', 'site-unreachable']);
  isThere = true;
  t.mock.timers.tick(10_000);
  await turn();
  assert.equal(video.src, '/v');
});

test('a codec that the browser does not know is said before anything is fetched', async (t) => {
  const { video, status } = await opened(t, { canPlay: '', load: async () => ({ videoUrl: '/v', codecs: 'hvc1.1.6.L93' }) });
  assert.deepEqual([video.src, status().fault?.code], ['', 'h265-unsupported']);
});

test('where sound needs a touch it plays without and says so', async (t) => {
  const { video, status } = await opened(t, { refuses: 1 });
  assert.deepEqual([video.muted, video.paused, status().isUnmuteNeeded], [true, false, true]);
  video.muted = false;
  video.tell('volumechange');
  assert.equal(status().isUnmuteNeeded, false);
});

test('playing after the end begins anew', async (t) => {
  const { video, player, status } = await opened(t);
  video.tell('playing');
  video.ended = true;
  video.tell('ended');
  assert.equal(status().state, 'ended');
  video.currentTime = 2700;
  player.play();
  assert.equal(video.currentTime, 0);
});
