import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { FakeDelivery, HandTimers, announcement, audioHeader, avcLarge, fakePublisher, opening, picture, sound, videoHeader } from './fakes.ts';
import { Hub } from './hub.ts';
import { defaultLimits } from './limits.ts';
import type { Publication, Publisher } from './stream.ts';

describe('a hub of streams', () => {
  let timers: HandTimers;
  let isSiteThere = true;
  let changes = 0;
  let hub: Hub;

  function publish(name = 'room', publisher: Publisher = fakePublisher(), tags = opening()): Publication {
    const publication = hub.publish(name, publisher);
    if ('refused' in publication) throw new Error(publication.refused);
    for (const tag of tags) publication.write(tag);
    return publication;
  }
  function watch(name = 'room'): { viewer: FakeDelivery; leave(): void } {
    const viewer = new FakeDelivery();
    const seat = hub.join(name, viewer);
    assert.ok(seat);
    return { viewer, leave: () => seat.leave() };
  }
  function send(publication: Publication, from: number, marks: readonly number[]): void {
    for (const [i, mark] of marks.entries()) publication.write(picture(from + i * 40, { isKeyframe: i === 0, mark }));
    timers.advance(0);
  }

  beforeEach(() => {
    timers = new HandTimers();
    isSiteThere = true;
    changes = 0;
    hub = new Hub({ limits: defaultLimits, timers, log: pino({ level: 'silent' }), isSiteThere: () => isSiteThere, onChange: () => changes++ });
  });

  test('a viewer may come first: it waits, is counted, and begins with the publisher\'s first keyframe', () => {
    const { viewer } = watch();
    assert.deepEqual(hub.report(), [{ name: 'room', isPublishing: false, viewers: 1, bytesIn: 0, bytesOut: 0 }]);
    timers.advance(9_000);
    const publication = publish();
    send(publication, 0, [1, 2]);
    assert.deepEqual(viewer.marks('video'), [1, 2]);
    assert.equal(viewer.refusedFor, undefined);
  });

  test('a viewer waits ten seconds and no longer, also when a publisher without a keyframe is there', () => {
    const { viewer } = watch('nobody');
    const { viewer: second } = watch();
    publish();
    timers.advance(9_500);
    assert.equal(viewer.refusedFor, undefined);
    timers.advance(1_000);
    assert.equal(viewer.refusedFor, 'no-publisher');
    assert.equal(second.refusedFor, 'no-publisher');
    assert.equal(hub.viewers, 0);
    assert.equal(hub.ends.get('no-publisher'), 2);
  });

  test('a second publisher takes over: the first is closed, viewers go on with rising times', () => {
    const first = fakePublisher();
    const old = publish('room', first);
    send(old, 0, [1, 2, 3]);
    const { viewer } = watch();
    const publication = publish();
    assert.equal(first.closedFor, 'taken-over');
    old.write(picture(120, { mark: 99 }));
    old.end();
    send(publication, 77_000, [4, 5]);
    assert.equal(hub.isPublishing('room'), true);
    assert.deepEqual(viewer.marks('video'), [1, 2, 3, 4, 5]);
    assert.deepEqual(viewer.times('video'), [0, 40, 80, 120, 160]);
    assert.equal(viewer.flv().tags.filter(({ type }) => type === 'script').length, 1);
  });

  test('viewers stay while a publisher comes back within ten seconds, and learn a changed configuration', () => {
    const old = publish();
    send(old, 0, [1, 2]);
    const { viewer } = watch();
    old.end();
    timers.advance(9_500);
    const again = publish('room', fakePublisher(), [announcement({ video: true, audio: true }), videoHeader(avcLarge), audioHeader()]);
    send(again, 0, [3, 4]);
    assert.equal(viewer.endedFor, undefined);
    assert.deepEqual(viewer.marks('video'), [1, 2, 3, 4]);
    assert.deepEqual(viewer.times('video'), [0, 40, 80, 120]);
    assert.equal(viewer.flv().tags.filter(({ type }) => type === 'script').length, 2);
  });

  test('when no publisher comes back, viewers are ended and the stream is forgotten', () => {
    const publication = publish();
    send(publication, 0, [1]);
    const { viewer } = watch();
    publication.end();
    timers.advance(11_000);
    assert.equal(viewer.endedFor, 'publisher-gone');
    assert.equal(hub.streams.size, 0);
    assert.deepEqual(hub.report(), []);
    assert.ok(hub.totals().bytesIn > 0);
    assert.equal(hub.totals().bytesOut, viewer.writes.reduce((sum, { length }) => sum + length, 0));
  });

  test('who comes while the publisher is away sees no picture that stands still: it waits', () => {
    const publication = publish();
    send(publication, 0, [1]);
    publication.end();
    const { viewer } = watch();
    assert.equal(viewer.writes.length, 0);
    send(publish(), 0, [2]);
    assert.deepEqual(viewer.marks('video'), [2]);
  });

  test('what an earlier publisher sent last goes to its viewers and not into what newcomers begin with', () => {
    for (const isTakeOver of [true, false]) {
      const name = `room-${isTakeOver}`;
      const old = publish(name);
      send(old, 0, [1]);
      const { viewer } = watch(name);
      old.write(picture(40, { isKeyframe: true, mark: 2 }));
      if (!isTakeOver) old.end();
      const next = publish(name);
      assert.deepEqual(viewer.marks('video'), [1, 2]);
      const { viewer: newcomer } = watch(name);
      timers.advance(0);
      assert.equal(newcomer.writes.length, 0);
      send(next, 0, [3]);
      assert.deepEqual(newcomer.marks('video'), [3]);
      assert.deepEqual(viewer.marks('video'), [1, 2, 3]);
    }
  });

  test('when the tracks change, viewers whose header is wrong by now are ended; who waits is not', () => {
    const publication = publish('room', fakePublisher(), [announcement({ video: true }), videoHeader()]);
    send(publication, 0, [1]);
    const { viewer } = watch();
    publication.write(picture(40, { mark: 9 }));
    publication.write(audioHeader());
    publication.write(sound(50));
    timers.advance(0);
    assert.deepEqual(viewer.marks('video'), [1, 9]);
    assert.equal(viewer.endedFor, 'tracks-changed');
    const { viewer: second } = watch();
    assert.equal(second.writes.length, 0);
    send(publication, 80, [2]);
    assert.equal(second.flv().hasAudio, true);
  });

  test('with the site away, a stream that nobody watches is closed after 30 s, and one that is watched is not', () => {
    const [unwatched, watched] = [fakePublisher(), fakePublisher()];
    publish('one', unwatched);
    send(publish('two', watched), 0, [1]);
    const { leave } = watch('two');
    timers.advance(60_000);
    assert.equal(unwatched.closedFor, undefined);
    isSiteThere = false;
    timers.advance(30_000);
    assert.equal(unwatched.closedFor, undefined);
    timers.advance(1_500);
    assert.equal(unwatched.closedFor, 'abandoned');
    timers.advance(60_000);
    assert.equal(watched.closedFor, undefined);
    leave();
    timers.advance(29_500);
    assert.equal(watched.closedFor, undefined);
    timers.advance(1_500);
    assert.equal(watched.closedFor, 'abandoned');
  });

  test('a short absence of the site closes nothing', () => {
    const publisher = fakePublisher();
    publish('room', publisher);
    for (let round = 0; round < 5; round++) {
      isSiteThere = false;
      timers.advance(20_000);
      isSiteThere = true;
      timers.advance(1_000);
    }
    assert.equal(publisher.closedFor, undefined);
  });

  test('with the site away a new publisher is taken only when somebody waits for it', () => {
    isSiteThere = false;
    assert.ok('write' in hub.publish('soon', fakePublisher()), 'a link that is just being made');
    timers.advance(11_000);
    assert.ok('refused' in hub.publish('room', fakePublisher()));
    assert.equal(hub.streams.has('room'), false);
    watch();
    assert.ok('write' in hub.publish('room', fakePublisher()));
  });

  test('the number of streams is bounded', () => {
    const small = new Hub({ limits: { ...defaultLimits, streams: 1 }, timers, log: pino({ level: 'silent' }), isSiteThere: () => true, onChange() {} });
    assert.ok('write' in small.publish('one', fakePublisher()));
    assert.ok('refused' in small.publish('two', fakePublisher()));
    assert.equal(small.join('two', new FakeDelivery()), undefined);
    assert.ok(small.join('one', new FakeDelivery()));
  });

  test('viewers and publishers that come and go are changes', () => {
    const seen: number[] = [];
    const note = (): void => {
      seen.push(changes);
      changes = 0;
    };
    const publication = publish();
    note();
    const { leave } = watch();
    note();
    leave();
    note();
    publication.end();
    note();
    assert.ok(seen.every((count) => count > 0), seen.join());
    assert.equal(hub.viewers, 0);
  });

  test('stopping parts with everybody and lets nobody in', () => {
    const publisher = fakePublisher();
    send(publish('room', publisher), 0, [1]);
    const [{ viewer }, { viewer: waiting }] = [watch(), watch('other')];
    hub.stop();
    assert.equal(publisher.closedFor, 'stopping');
    assert.equal(viewer.endedFor, 'stopping');
    assert.equal(waiting.refusedFor, 'stopping');
    assert.equal(hub.join('room', new FakeDelivery()), undefined);
    assert.ok('refused' in hub.publish('room', fakePublisher()));
  });
});
