import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { FakeDelivery, HandTimers, fakePublisher, opening, picture } from './fakes.ts';
import { defaultLimits } from './limits.ts';
import { type Publication, Stream } from './stream.ts';

const limits = { ...defaultLimits, laneViewers: 2, lanes: 3 };
const frameMillis = 10;

describe('lanes of a stream', () => {
  let timers: HandTimers;
  let stream: Stream;
  let publication: Publication;
  let mark = 0;

  beforeEach(() => {
    timers = new HandTimers();
    stream = new Stream({ name: 'room', limits, timers, log: pino({ level: 'silent' }), windowMillis: () => 90, onChange() {}, onViewerEnd() {} });
    publication = stream.publish(fakePublisher());
    for (const tag of opening()) publication.write(tag);
    mark = 0;
    send(1);
  });

  function send(count: number): void {
    for (let i = 0; i < count; i++, mark++) {
      publication.write(picture(mark * frameMillis, { isKeyframe: mark % 20 === 0, mark }));
      timers.advance(frameMillis);
    }
  }

  const join = (count: number): FakeDelivery[] =>
    Array.from({ length: count }, () => {
      const delivery = new FakeDelivery();
      stream.join(delivery);
      return delivery;
    });

  test('each has its own moments, a third of a window apart, and nobody misses or doubles a tag', () => {
    const viewers = join(6);
    send(90);
    const writtenAt = new Map<FakeDelivery, number[]>(viewers.map((each) => [each, []]));
    for (const [each, times] of writtenAt) {
      const { write } = each;
      each.write = (parts) => {
        times.push(timers.now());
        write.call(each, parts);
      };
    }
    send(90);
    const phases = viewers.map((each) => (writtenAt.get(each) ?? []).map((at) => at % 90));
    for (const own of phases) {
      assert.equal(own.length, 10);
      assert.equal(new Set(own).size, 1, 'a window of 90 ms');
    }
    assert.equal(new Set(phases.map(([phase]) => phase)).size, 3);
    for (const [a, b] of [[0, 1], [2, 3], [4, 5]] as const) assert.deepEqual(phases[a], phases[b]);
    timers.advance(90);
    for (const each of viewers) assert.deepEqual(each.marks('video'), Array.from({ length: mark }, (_, i) => i));
  });

  test('who comes while a lane gathers has the newest tag at once and nothing twice', () => {
    const [first] = join(1);
    send(3);
    const [second] = join(1);
    assert.deepEqual(second?.marks('video'), [0, 1, 2, 3]);
    assert.deepEqual(first?.marks('video'), [0]);
    send(30);
    timers.advance(90);
    for (const each of [first, second]) assert.deepEqual(each?.marks('video'), Array.from({ length: mark }, (_, i) => i));
  });

  test('lanes whose viewers have left are no more, and their place is taken by newcomers', () => {
    const seats = Array.from({ length: 6 }, () => stream.join(new FakeDelivery()));
    for (const seat of seats) seat.leave();
    const [only] = join(1);
    send(1);
    timers.advance(89);
    assert.deepEqual(only?.marks('video'), [0, 1]);
  });

  test('more viewers than all lanes should have are spread over them', () => {
    const viewers = join(12);
    send(30);
    timers.advance(90);
    for (const each of viewers) assert.deepEqual(each.marks('video'), Array.from({ length: mark }, (_, i) => i));
  });

  test('the end of the publisher hands out what is gathered', () => {
    const [viewer] = join(1);
    publication.write(picture(mark * frameMillis, { mark }));
    publication.end();
    assert.deepEqual(viewer?.marks('video'), [0, 1]);
  });
});
