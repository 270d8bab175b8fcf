import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { FakeDelivery, HandTimers, fakePublisher, opening, picture } from './fakes.ts';
import { defaultLimits } from './limits.ts';
import { rtmpEncoding } from './rtmp/encoding.ts';
import { type Publication, type Seat, Stream } from './stream.ts';

const limits = { ...defaultLimits, turnViewers: 2, queueBytes: 1_000, gatherBytes: 500 };

describe('viewers who have had all there was', () => {
  let timers: HandTimers;
  let stream: Stream;
  let publication: Publication;
  let mark = 0;

  beforeEach(() => {
    mark = 0;
    timers = new HandTimers();
    stream = new Stream({ name: 'room', limits, timers, log: pino({ level: 'silent' }), windowMillis: () => 0, onChange() {}, onViewerEnd() {} });
    publication = stream.publish(fakePublisher());
    for (const tag of opening()) publication.write(tag);
    send(1);
  });

  /** Pictures of 5 fps, the first of each ten a keyframe; each is a window. */
  function send(count: number, size = 50): void {
    for (let i = 0; i < count; i++, mark++) {
      publication.write(picture(mark * 200, { isKeyframe: mark % 10 === 0, mark, size }));
      timers.advance(0);
    }
  }

  function join(count: number): { deliveries: FakeDelivery[]; seats: Seat[] } {
    const deliveries = Array.from({ length: count }, () => new FakeDelivery());
    return { deliveries, seats: deliveries.map((delivery) => stream.join(delivery)) };
  }

  const marks = (from = 0): number[] => Array.from({ length: mark - from }, (_, i) => from + i);
  const bytesOf = ({ writes }: FakeDelivery): number => writes.reduce((sum, { length }) => sum + length, 0);

  function assertCounted(deliveries: readonly FakeDelivery[], seats: readonly Seat[]): void {
    assert.deepEqual(seats.map(({ viewer }) => viewer.bytesOut), deliveries.map(bytesOf));
    assert.equal(stream.bytesOut, deliveries.reduce((sum, delivery) => sum + bytesOf(delivery), 0));
  }

  test('who lags for some windows goes alone and comes back; nobody misses or doubles a tag, and every byte is counted', () => {
    const { deliveries, seats } = join(5);
    send(3);
    const [, slow, , slower] = deliveries;
    assert.ok(slow !== undefined && slower !== undefined);
    slow.pendingBytes = slower.pendingBytes = 1;
    send(1);
    const held = [slow.writes.length, slower.writes.length];
    send(2);
    assert.deepEqual([slow.writes.length, slower.writes.length], held, 'nothing is written to who has not taken the last');
    slow.pendingBytes = 0;
    send(2);
    slower.pendingBytes = 0;
    send(3);
    for (const each of deliveries) assert.deepEqual(each.marks('video'), marks());
    assert.equal(stream.skips, 0);
    assertCounted(deliveries, seats);
  });

  test('one who leaves, or falls behind, while a window is on its way has what it has, and nobody is passed over', () => {
    const { deliveries, seats } = join(7);
    send(2);
    // Two are written to a turn: the first two have the next window, the others have not.
    publication.write(picture(mark * 200, { mark }));
    let left: number[] = [];
    const [, , , lagging] = deliveries;
    timers.after(0, () => {
      left = [1, 2].map((i) => seats[i]?.viewer.bytesOut ?? 0);
      seats[1]?.leave();
      seats[2]?.leave();
      if (lagging !== undefined) lagging.pendingBytes = 1;
    });
    mark++;
    timers.advance(0);
    const [first, second] = deliveries.slice(1, 3).map((delivery) => delivery.marks('video'));
    assert.deepEqual([first, second], [marks(), marks().slice(0, -1)]);
    assert.deepEqual(left, deliveries.slice(1, 3).map(bytesOf));
    for (const i of [0, 3, 4, 5, 6]) assert.deepEqual(deliveries[i]?.marks('video'), marks());
    assertCounted(deliveries, seats);
    if (lagging !== undefined) lagging.pendingBytes = 0;
    send(3);
    for (const i of [0, 3, 4, 5, 6]) assert.deepEqual(deliveries[i]?.marks('video'), marks());
  });

  test('one who came later has times of its own, though it is written to with the others', () => {
    const { deliveries: early } = join(2);
    send(12);
    const { deliveries: late } = join(2);
    send(3);
    for (const each of early) assert.deepEqual(each.times('video'), marks().map((frame) => frame * 200));
    for (const each of late) assert.deepEqual(each.times('video'), [0, 200, 400, 600, 800, 1000]);
  });

  test('another protocol among them gets its own bytes', () => {
    const rtmp = Object.assign(new FakeDelivery(), { encoding: rtmpEncoding(1) });
    stream.join(rtmp);
    const { deliveries } = join(2);
    send(4);
    const [flv, same] = deliveries.map(({ writes }) => writes.at(-1));
    assert.deepEqual(flv, same);
    const { body } = picture(0, { mark: mark - 1, size: 50 });
    assert.ok(Buffer.from(rtmp.writes.at(-1) ?? []).includes(Buffer.from(body)), 'the picture');
    assert.notEqual(rtmp.writes.at(-1)?.length, flv?.length);
  });

  test('one who lags too far after a while goes on at a keyframe, with times that follow on what it had', () => {
    const { deliveries, seats } = join(3);
    const [, slow] = deliveries;
    assert.ok(slow !== undefined);
    send(6);
    slow.pendingBytes = 1;
    send(1);
    const last = slow.times('video').at(-1) ?? 0;
    send(25, 100);
    slow.pendingBytes = 0;
    send(10);
    assert.equal(stream.skips, 1);
    const after = slow.times('video').slice(8);
    assert.equal(slow.marks('video')[8], 30);
    assert.equal((after[0] ?? 0) - last, 40);
    assert.deepEqual(after.slice(1).map((time, i) => time - (after[i] ?? 0)), after.slice(1).map(() => 200));
    assertCounted(deliveries, seats);
  });

  test('a connection that can not be written to any more is left alone until it is gone', () => {
    const { deliveries, seats } = join(2);
    send(1);
    const [gone] = deliveries;
    assert.ok(gone?.outlet !== undefined);
    const { length } = gone.writes;
    Object.assign(gone.outlet, { writable: false });
    send(2);
    assert.equal(gone.writes.length, length);
    seats[0]?.leave();
    send(1);
    assert.deepEqual(deliveries[1]?.marks('video'), marks());
  });
});
