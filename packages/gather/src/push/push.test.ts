// Pushes against a live server on loopback: start, sync, and every way in which the server or the source can fail.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { type Bus, createBus } from '../bus.ts';
import { systemClock } from '../clock.ts';
import { picture, range, sound, tracks, video } from '../fake-units.ts';
import { type FakeLive, nameOf, startFakeLive } from './fake-live.ts';
import { type PushOptions, startPush } from './push.ts';

const log = pino({ level: 'silent' });
const timing = { firstRetryMillis: 5, longestRetryMillis: 20, answerMillis: 5_000, stallMillis: 5_000, idleMillis: 5_000 };

async function begin(t: TestContext, given: Partial<PushOptions> & { live?: FakeLive } = {}) {
  const live = given.live ?? (await startFakeLive());
  const bus = given.bus ?? createBus({ log });
  const changes: boolean[] = [];
  const push = startPush({ url: live.url('one'), bus, clock: systemClock, log, onChange: () => changes.push(push.isPushing), timing, ...given });
  t.after(async () => {
    await push.stop();
    await live.close();
  });
  return { live, bus, push, changes };
}

function fill(bus: Bus, pictures: readonly number[]): void {
  bus.publish(pictures.flatMap((i) => [picture(i), sound(i * 2), sound(i * 2 + 1)]));
}

test('the newest GOP comes first, from timestamp 0, after metadata and configurations', async (t) => {
  const bus = createBus({ log });
  bus.begin(tracks);
  fill(bus, range(0, 28));
  const { live, push, changes } = await begin(t, { bus });
  const publisher = await live.next();
  await publisher.until((media) => media.length === 12);
  assert.deepEqual(publisher.media.map(nameOf), [
    'metadata 0', 'video config 0', 'audio config 0', 'keyframe 0', 'sound 0', 'sound 20',
    'picture 40', 'sound 40', 'sound 60', 'picture 80', 'sound 80', 'sound 100',
  ]);
  assert.equal(publisher.publish.name, 'channel00001');
  assert.equal(publisher.publish.query.get('token'), 'one');
  assert.ok(push.isPushing && push.sendKbps > 0);
  assert.deepEqual(changes, [true]);
});

test('nothing is dialled before the source has a keyframe', async (t) => {
  const { live, bus, push } = await begin(t);
  bus.begin(tracks);
  bus.publish([picture(1), sound(2)]);
  assert.equal(push.isPushing, false);
  bus.publish([picture(25)]);
  const publisher = await live.next();
  await publisher.until((media) => media.length >= 4);
  assert.equal(nameOf(publisher.media[3] as never), 'keyframe 0');
});

test('units are sent as they come', async (t) => {
  const { live, bus } = await begin(t);
  bus.begin({ video });
  bus.publish([picture(0)]);
  const publisher = await live.next();
  await publisher.until((media) => media.length === 3);
  for (const i of range(1, 60)) bus.publish([picture(i)]);
  await publisher.until((media) => media.length === 62);
  assert.deepEqual(publisher.media.slice(2).map(({ timestamp }) => timestamp), range(0, 60).map((i) => i * 40));
});

test('the end of demand says farewell', async (t) => {
  const { live, bus, push, changes } = await begin(t);
  bus.begin({ video });
  bus.publish([picture(0)]);
  const publisher = await live.next();
  await publisher.until((media) => media.length === 3);
  await push.stop();
  assert.equal(await publisher.ended, true);
  assert.deepEqual(changes, [true, false]);
  assert.equal(bus.consumerCount, 0);
});

test('a lost connection is made again and begins anew at 0 with its configuration', async (t) => {
  const { live, bus } = await begin(t);
  bus.begin({ video });
  bus.publish(range(0, 26).map((i) => picture(i)));
  const first = await live.next();
  await first.until((media) => media.length >= 3);
  first.socket.destroy();
  const second = await live.next();
  await second.until((media) => media.length === 3);
  assert.deepEqual(second.media.map(nameOf), ['metadata 0', 'video config 0', 'keyframe 0']);
});

test('a live server that is not there yet is found when it comes', async (t) => {
  const gone = await startFakeLive();
  await gone.close();
  const { bus } = await begin(t, { live: gone });
  bus.begin({ video });
  bus.publish([picture(0)]);
  const back = await startFakeLive(gone.port);
  t.after(() => back.close());
  await (await back.next()).until((media) => media.length === 3);
});

test('a newer token is used for the next connection only', async (t) => {
  const { live, bus, push } = await begin(t);
  bus.begin({ video });
  bus.publish([picture(0)]);
  const first = await live.next();
  push.setUrl(live.url('two'));
  bus.publish([picture(1)]);
  await first.until((media) => media.length === 4);
  first.socket.destroy();
  assert.equal((await live.next()).publish.query.get('token'), 'two');
});

test('another live server is gone to at once, with a farewell to the old one', async (t) => {
  const { live, bus, push } = await begin(t);
  const other = await startFakeLive();
  t.after(() => other.close());
  bus.begin({ video });
  bus.publish([picture(0)]);
  const first = await live.next();
  await first.until((media) => media.length === 3);
  push.setUrl(other.url('one'));
  assert.equal(await first.ended, true);
  await (await other.next()).until((media) => media.length === 3);
});

test('another live server ends the pause of a failing one', async (t) => {
  const gone = await startFakeLive();
  await gone.close();
  const { live, bus, push } = await begin(t, { url: gone.url('one'), timing: { ...timing, firstRetryMillis: 600_000 } });
  bus.begin({ video });
  bus.publish([picture(0)]);
  push.setUrl(live.url('one'));
  await (await live.next()).until((media) => media.length === 3);
});

test('a refused token waits for a newer one and then goes at once', async (t) => {
  const live = await startFakeLive();
  const refused = new Promise<void>((resolve) => {
    live.decide = ({ query }) => {
      if (query.get('token') === 'two') return 'accept';
      setImmediate(resolve);
      return 'refuse';
    };
  });
  const { bus, push } = await begin(t, { live, timing: { ...timing, firstRetryMillis: 600_000, longestRetryMillis: 600_000 } });
  bus.begin({ video });
  bus.publish([picture(0)]);
  await refused;
  push.setUrl(live.url('two'));
  assert.equal((await live.next()).publish.query.get('token'), 'two');
  assert.deepEqual(live.refusals, ['one']);
});

test('a refused push is tried again after a pause, for the server may change its mind', async (t) => {
  const live = await startFakeLive();
  live.decide = () => (live.refusals.length < 3 ? 'refuse' : 'accept');
  const { bus } = await begin(t, { live });
  bus.begin({ video });
  bus.publish([picture(0)]);
  await live.next();
  assert.equal(live.refusals.length, 3);
});

test('a live server that never answers is given up and dialled again', async (t) => {
  const live = await startFakeLive();
  let asked = 0;
  live.decide = () => (++asked < 3 ? 'silence' : 'accept');
  const { bus } = await begin(t, { live, timing: { ...timing, answerMillis: 300 } });
  bus.begin({ video });
  bus.publish([picture(0)]);
  await live.next();
  assert.equal(asked, 3);
});

test('an address that is none is refused without harm, and a good one replaces it', async (t) => {
  const { live, bus, push } = await begin(t, { url: 'http://not-rtmp/' });
  bus.begin({ video });
  bus.publish([picture(0)]);
  push.setUrl(live.url('one'));
  await live.next();
});

test('a server that does not keep up is moved on to a keyframe, and memory stays bounded', async (t) => {
  const queue = { bytes: 1024 * 1024, seconds: 5 };
  const { live, bus } = await begin(t, { queue });
  bus.begin({ video });
  bus.publish([picture(0)]);
  const publisher = await live.next();
  await publisher.until((media) => media.length === 3);
  publisher.socket.pause();
  // More than all buffers between here and there can hold.
  const sent = range(1, 1_201);
  for (const i of sent) {
    bus.publish([picture(i, { bytes: 64 * 1024 })]);
    if (i % 50 === 0) await new Promise(setImmediate);
  }
  publisher.socket.resume();
  // The socket takes again: what comes at last arrives, after a gap that ends with a keyframe.
  const last = sent.length + 50;
  for (const i of range(sent.length + 1, last + 1)) {
    bus.publish([picture(i)]);
    await new Promise(setImmediate);
  }
  await publisher.until((media) => media.at(-1)?.timestamp === last * 40);
  const pictures = publisher.media.slice(2);
  assert.ok(pictures.length < sent.length, 'some were left out');
  pictures.forEach(({ timestamp }, i) => {
    const step = timestamp - (pictures[i - 1]?.timestamp ?? -40);
    assert.ok(step === 40 || (step > 0 && timestamp % 1_000 === 0), `a step of ${step} ms to ${timestamp}`);
  });
});

test('a server that takes nothing any more is left and dialled again', async (t) => {
  const { live, bus } = await begin(t, { timing: { ...timing, stallMillis: 100 }, queue: { bytes: 1024 * 1024, seconds: 5 } });
  bus.begin({ video });
  bus.publish([picture(0)]);
  const first = await live.next();
  first.socket.pause();
  const second = live.next();
  let hasCome = false;
  void second.then(() => (hasCome = true));
  const feed = async (i: number): Promise<void> => {
    bus.publish([picture(i, { bytes: 64 * 1024 })]);
    await new Promise(setImmediate);
    if (!hasCome) await feed(i + 1);
  };
  await feed(1);
  assert.notEqual(await second, first);
});

test('a source that begins anew goes on over the same connection', async (t) => {
  const { live, bus } = await begin(t);
  bus.begin({ video });
  bus.publish([picture(0), picture(1)]);
  const publisher = await live.next();
  await publisher.until((media) => media.length === 4);
  bus.end();
  bus.begin({ video: { ...video, width: 128 } });
  bus.publish([picture(50), picture(51)]);
  await publisher.until((media) => media.length === 8);
  const [metadata, config, keyframe, next] = publisher.media.slice(4).map(nameOf);
  assert.match(`${metadata}, ${config}, ${keyframe}, ${next}`, /^metadata (\d+), video config \1, keyframe \1, picture \d+$/);
  assert.ok((publisher.media[6]?.timestamp ?? 0) > 40);
});

test('a source that stays silent ends the push; it begins again with the next keyframe', async (t) => {
  const { live, bus } = await begin(t, { timing: { ...timing, idleMillis: 30 } });
  bus.begin({ video });
  bus.publish([picture(0)]);
  const first = await live.next();
  assert.equal(await first.ended, true);
  bus.publish([picture(25)]);
  const second = await live.next();
  await second.until((media) => media.length === 3);
  assert.equal(nameOf(second.media[2] as never), 'keyframe 0');
});

test('a push that is stopped while it waits for anything ends at once', async (t) => {
  const { push } = await begin(t);
  await push.stop();
  const live = await startFakeLive();
  live.decide = () => 'silence';
  const other = await begin(t, { live });
  other.bus.begin({ video });
  other.bus.publish([picture(0)]);
  await other.push.stop();
  assert.equal(other.push.isPushing, false);
});
