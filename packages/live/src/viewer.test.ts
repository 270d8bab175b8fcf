import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { readVideoBody } from '@lubo/media';
import { FakeDelivery, HandTimers, announcement, audioHeader, avcLarge, fakePublisher, opening, picture, sound, videoHeader } from './fakes.ts';
import { type Limits, defaultLimits } from './limits.ts';
import { type Publication, Stream } from './stream.ts';
import { pino } from 'pino';

const limits: Limits = { ...defaultLimits, queueBytes: 1000, queueMillis: 3000, gatherBytes: 500 };

for (const hasOutlet of [true, false]) describe(`a viewer of a stream, ${hasOutlet ? 'in cohorts' : 'each written to by itself'}`, () => {
  let timers: HandTimers;
  let stream: Stream;
  let publication: Publication;
  let at = 0;

  /** One GOP of 1 s at 5 fps with sound; `mark` numbers its pictures from its first. */
  function sendGop(mark: number, size = 50): void {
    for (let i = 0; i < 5; i++, at += 200) {
      publication.write(picture(at, { isKeyframe: i === 0, size, mark: mark + i }));
      publication.write(sound(at + 5));
      timers.advance(0);
    }
  }

  beforeEach(() => {
    at = 0;
    timers = new HandTimers();
    stream = new Stream({ name: 'room', limits, timers, log: pino({ level: 'silent' }), windowMillis: () => 0, onChange() {}, onViewerEnd() {} });
    publication = stream.publish(fakePublisher());
    for (const tag of opening()) publication.write(tag);
  });

  test('gets header, metadata, configuration and the GOP so far in one write, with times from 0', () => {
    sendGop(0);
    sendGop(10);
    const viewer = new FakeDelivery({ hasOutlet });
    stream.join(viewer);
    assert.equal(viewer.writes.length, 1);
    const { hasVideo, hasAudio, tags } = viewer.flv();
    assert.deepEqual([hasVideo, hasAudio], [true, true]);
    assert.deepEqual(tags.slice(0, 3).map(({ type, timestamp }) => [type, timestamp]), [['script', 0], ['video', 0], ['audio', 0]]);
    assert.deepEqual(viewer.marks('video'), [10, 11, 12, 13, 14]);
    assert.deepEqual(viewer.times('video'), [0, 200, 400, 600, 800]);
    sendGop(20);
    assert.deepEqual(viewer.times('video').slice(5), [1000, 1200, 1400, 1600, 1800]);
  });

  test('who comes between two windows gets nothing twice', () => {
    sendGop(0);
    publication.write(picture(at, { mark: 5 }));
    const viewer = new FakeDelivery({ hasOutlet });
    stream.join(viewer);
    timers.advance(0);
    assert.deepEqual(viewer.marks('video'), [0, 1, 2, 3, 4, 5]);
  });

  test('waits for the first keyframe, then begins with it', () => {
    const viewer = new FakeDelivery({ hasOutlet });
    const { viewer: seat } = stream.join(viewer);
    assert.equal(seat.isWaiting, true);
    sendGop(0);
    assert.equal(seat.isWaiting, false);
    assert.deepEqual(viewer.marks('video'), [0, 1, 2, 3, 4]);
    assert.deepEqual(viewer.times('video'), [0, 200, 400, 600, 800]);
  });

  test('viewers of one GOP are handed the very same bytes', () => {
    sendGop(0);
    const [one, two] = [new FakeDelivery({ hasOutlet }), new FakeDelivery({ hasOutlet })];
    const handed: Uint8Array[] = [];
    for (const each of [one, two]) {
      stream.join(each);
      each.write = ([part]) => void handed.push(part ?? new Uint8Array(0));
    }
    publication.write(picture(at));
    timers.advance(0);
    assert.equal(handed.length, 2);
    assert.equal(handed[0], handed[1]);
  });

  test('one who lags gets what waited in few writes and misses nothing', () => {
    sendGop(0);
    const viewer = new FakeDelivery({ hasOutlet });
    viewer.pendingBytes = 1;
    stream.join(viewer);
    sendGop(10);
    assert.equal(viewer.writes.length, 1);
    viewer.pendingBytes = 0;
    timers.advance(500);
    stream.sweep(timers.now(), undefined);
    assert.equal(viewer.writes.length, 2);
    assert.deepEqual(viewer.marks('video'), [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]);
    assert.equal(stream.skips, 0);
  });

  test('one who lags too far skips to the newest keyframe that waits; its times go on without a gap', () => {
    sendGop(0);
    const viewer = new FakeDelivery({ hasOutlet });
    viewer.pendingBytes = 1;
    stream.join(viewer);
    for (const mark of [10, 20, 30, 40, 50]) sendGop(mark);
    viewer.pendingBytes = 0;
    for (const mark of [60, 70]) sendGop(mark);
    const marks = viewer.marks('video');
    assert.deepEqual(marks.slice(0, 5), [0, 1, 2, 3, 4]);
    assert.equal((marks[5] ?? -1) % 10, 0, 'goes on at a keyframe');
    assert.ok((marks[5] ?? 0) > 10, 'left something out');
    assert.equal(marks.at(-1), 74);
    assert.equal(stream.skips, 1);
    assert.equal(viewer.flv().tags.filter(({ type }) => type === 'script').length, 1, 'is told its configuration once');
    const times = viewer.times('video');
    assert.deepEqual(times.slice(5, 8).map((time, i) => time - (times[4 + i] ?? 0)), [45, 200, 200]);
    assertRising(times);
    assertRising(viewer.times('audio'));
  });

  test('one whose queue has no keyframe that fits gets the next one', () => {
    sendGop(0);
    const viewer = new FakeDelivery({ hasOutlet });
    viewer.pendingBytes = 1;
    stream.join(viewer);
    sendGop(10, 400);
    viewer.pendingBytes = 0;
    sendGop(20);
    assert.deepEqual(viewer.marks('video'), [0, 1, 2, 3, 4, 20, 21, 22, 23, 24]);
    assert.equal(stream.skips, 1);
  });

  test('a configuration that was skipped over is told before the keyframe', () => {
    sendGop(0);
    const viewer = new FakeDelivery({ hasOutlet });
    viewer.pendingBytes = 1;
    stream.join(viewer);
    sendGop(10);
    publication.write(videoHeader(avcLarge));
    for (const mark of [20, 30, 40, 50]) sendGop(mark);
    viewer.pendingBytes = 0;
    sendGop(60);
    const { tags } = viewer.flv();
    const headers = tags.filter(({ type, body }) => type === 'video' && body[1] === 0);
    assert.deepEqual(headers.map(({ body }) => Buffer.from(readVideoBody(body).data).equals(avcLarge)), [false, true]);
    const skipped = tags.findIndex(({ body }) => body === headers[1]?.body);
    assert.deepEqual(tags.slice(skipped, skipped + 3).map(({ type, body }) => [type, body[1]]), [['video', 0], ['audio', 0], ['video', 1]]);
  });

  test('a viewer whose connection takes nothing is ended after the time for that, others stay', () => {
    sendGop(0);
    const [stuck, well] = [new FakeDelivery({ hasOutlet }), new FakeDelivery({ hasOutlet })];
    stream.join(stuck);
    stream.join(well);
    stuck.pendingBytes = 1;
    for (let millis = 0; millis < limits.stuckMillis; millis += 1000) {
      sendGop(0);
      timers.advance(1000);
      stream.sweep(timers.now(), undefined);
      if (millis < limits.stuckMillis - 1000) assert.equal(stuck.endedFor, undefined);
    }
    sendGop(0);
    timers.advance(1000);
    stream.sweep(timers.now(), undefined);
    assert.equal(stuck.endedFor, 'stuck');
    assert.equal(well.endedFor, undefined);
    assert.equal(stream.viewers.size, 1);
  });

  test('one who is slow but moves is never ended', () => {
    sendGop(0);
    const viewer = new FakeDelivery({ hasOutlet });
    stream.join(viewer);
    for (let round = 0; round < 40; round++) {
      viewer.pendingBytes = round % 5 === 0 ? 0 : 1;
      sendGop(0);
      timers.advance(1000);
      stream.sweep(timers.now(), undefined);
    }
    assert.equal(viewer.endedFor, undefined);
    assertRising(viewer.times('video'));
  });

  test('a viewer who leaves gets nothing more', () => {
    sendGop(0);
    const viewer = new FakeDelivery({ hasOutlet });
    const seat = stream.join(viewer);
    seat.leave();
    seat.leave();
    sendGop(10);
    assert.equal(viewer.writes.length, 1);
    assert.equal(stream.viewers.size, 0);
  });

  test('bytes out are counted for the viewer and the stream', () => {
    sendGop(0);
    const viewer = new FakeDelivery({ hasOutlet });
    const seat = stream.join(viewer);
    sendGop(10);
    const bytes = viewer.writes.reduce((sum, { length }) => sum + length, 0);
    assert.equal(seat.viewer.bytesOut, bytes);
    assert.equal(stream.bytesOut, bytes);
  });
});

test('a stream of sound alone starts at once with its last half second and tells so in its header', () => {
  const timers = new HandTimers();
  const stream = new Stream({ name: 'room', limits, timers, log: pino({ level: 'silent' }), windowMillis: () => 0, onChange() {}, onViewerEnd() {} });
  const publication = stream.publish(fakePublisher());
  for (const tag of [announcement({ audio: true }), audioHeader()]) publication.write(tag);
  for (let time = 0; time < 3000; time += 20) {
    publication.write(sound(time));
    timers.advance(0);
  }
  const viewer = new FakeDelivery();
  stream.join(viewer);
  const { hasVideo, hasAudio } = viewer.flv();
  assert.deepEqual([hasVideo, hasAudio], [false, true]);
  assert.equal(viewer.times('audio')[0], 0);
  assert.equal(viewer.times('audio').length, 26);
});

function assertRising(times: readonly number[]): void {
  for (const [i, time] of times.entries()) if (i > 0) assert.ok(time >= (times[i - 1] ?? 0), `${time} after ${times[i - 1]}`);
}
