import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { FakeDelivery, HandTimers, fakePublisher, opening, picture } from '../fakes.ts';
import { Hub } from '../hub.ts';
import { defaultLimits } from '../limits.ts';
import type { Publication } from '../stream.ts';
import { Directory } from './directory.ts';

import { Neighbour, type NeighbourOptions, type OpenDraw } from './neighbour.ts';

type Message = { slot: number; message: Parameters<NeighbourOptions['send']>[0] };
type Drawn = { by: number; from: number; name: string; events: Parameters<OpenDraw>[2]; isClosed: boolean };

describe('workers beside each other', () => {
  const timers = new HandTimers();
  const log = pino({ level: 'silent' });
  let directory: Directory;
  let mail: Message[];
  let draws: Drawn[];
  let workers: { hub: Hub; neighbour: Neighbour }[];

  beforeEach(() => {
    directory = new Directory();
    mail = [];
    draws = [];
    workers = [0, 1].map((slot) => {
      const elsewhere = { isPublishing: (name: string) => neighbour.isPublishing(name), isWatched: (name: string) => neighbour.isWatched(name), load: { viewers: 0, hlsSessions: 0, hlsBytes: 0 }, streams: 0 };
      const hub = new Hub({ limits: defaultLimits, timers, log, isSiteThere: () => false, onChange: () => neighbour?.syncSoon(), elsewhere });
      const neighbour: Neighbour = new Neighbour({
        slot,
        hub,
        timers,
        log,
        openDraw(from, name, events) {
          const draw: Drawn = { by: slot, from, name, events, isClosed: false };
          draws.push(draw);
          return { close: () => void (draw.isClosed = true) };
        },
        send: (message) => void mail.push({ slot, message }),
      });
      return { hub, neighbour };
    });
  });

  const at = (slot: number): { hub: Hub; neighbour: Neighbour } => workers[slot] ?? assert.fail();
  const open = (): Drawn[] => draws.filter(({ isClosed }) => !isClosed);

  /** The primary reads one message and tells its outcome to all. */
  function deliverOne(): void {
    const { slot, message } = mail.shift() ?? assert.fail();
    if (message.type === 'publish') directory.publish(message.name, { slot, number: message.number });
    else if (message.type === 'unpublish') directory.unpublish(message.name, { slot, number: message.number });
    else if (message.type === 'watch') directory.watch(message.name, slot, message.isWatched);
    for (const { neighbour } of workers) neighbour.take(message.name, directory.place(message.name));
  }

  function settle(): void {
    timers.advance(0);
    while (mail.length > 0) {
      deliverOne();
      timers.advance(0);
    }
  }

  function publish(slot: number): { publication: Publication; publisher: ReturnType<typeof fakePublisher> } {
    const publisher = fakePublisher();
    const publication = at(slot).hub.publish('room', publisher);
    assert.ok(!('refused' in publication));
    return { publication, publisher };
  }

  test('a stream is drawn once for all who watch it in another worker, from its first viewer on', () => {
    publish(0);
    settle();
    assert.equal(at(1).hub.isPublishing('room'), true);
    assert.deepEqual(open(), []);
    const viewers = [new FakeDelivery(), new FakeDelivery()];
    for (const viewer of viewers) at(1).hub.join('room', viewer);
    settle();
    assert.deepEqual(open().map(({ by, from, name }) => [by, from, name]), [[1, 0, 'room']]);
    for (const tag of [...opening(), picture(0, { isKeyframe: true, mark: 7 })]) open()[0]?.events.onTag(tag);
    timers.advance(0);
    for (const viewer of viewers) assert.deepEqual(viewer.marks('video'), [7]);
    assert.equal(at(1).hub.report()[0]?.isPublishing, false, 'told by the worker with the publisher alone');
    assert.equal(at(1).hub.totals().bytesIn, 0);
  });

  test('a viewer who came first gets the stream when it is published elsewhere', () => {
    at(1).hub.join('room', new FakeDelivery());
    settle();
    assert.equal(at(0).neighbour.isWatched('room'), true);
    publish(0);
    settle();
    assert.equal(open().length, 1);
  });

  test('with the site away a publisher is let in because somebody waits in another worker', () => {
    timers.advance(defaultLimits.siteGraceMillis + 1_000);
    assert.ok('refused' in at(0).hub.publish('room', fakePublisher()));
    at(1).hub.join('room', new FakeDelivery());
    settle();
    assert.ok(!('refused' in at(0).hub.publish('room', fakePublisher())));
  });

  test('a draw ends some time after its last viewer, and a newcomer in between keeps it', () => {
    publish(0);
    const first = at(1).hub.join('room', new FakeDelivery());
    settle();
    first?.leave();
    timers.advance(1_000);
    const second = at(1).hub.join('room', new FakeDelivery());
    timers.advance(3_000);
    assert.equal(open().length, 1);
    second?.leave();
    timers.advance(3_000);
    assert.equal(open().length, 0);
    assert.equal(draws.length, 1);
  });

  test('a publisher who comes to another worker takes over, and what is watched at the old place is drawn from the new one', () => {
    const { publisher } = publish(0);
    const viewer = new FakeDelivery();
    at(0).hub.join('room', viewer);
    at(1).hub.join('room', new FakeDelivery());
    settle();
    publish(1);
    settle();
    assert.equal(publisher.closedFor, 'taken-over');
    assert.equal(viewer.endedFor ?? viewer.refusedFor, undefined);
    assert.deepEqual(open().map(({ by, from }) => [by, from]), [[0, 1]]);
    assert.equal(at(1).hub.streams.get('room')?.isPublishedHere, true);
  });

  test('of two publishers in one moment one stays, whichever message comes first', () => {
    for (const order of [[0, 1], [1, 0]] as const) {
      const both = [0, 1].map((slot) => publish(slot));
      for (const slot of order) at(slot).neighbour.syncSoon();
      timers.advance(0);
      mail.sort((a, b) => order.indexOf(a.slot as 0 | 1) - order.indexOf(b.slot as 0 | 1));
      settle();
      const left = both.filter(({ publisher }) => publisher.closedFor === undefined);
      assert.equal(left.length, 1);
      assert.equal(both[order[1]]?.publisher.closedFor, undefined, 'the last word counts');
      left[0]?.publication.end();
      settle();
      assert.equal(directory.place('room').home, undefined);
    }
  });

  test('a draw that breaks is tried again while the stream is there and watched', () => {
    publish(0);
    at(1).hub.join('room', new FakeDelivery());
    settle();
    open()[0]?.events.onEnd('broken');
    assert.equal(at(1).hub.streams.get('room')?.isPublishing, false);
    timers.advance(300);
    assert.equal(draws.length, 2);
    directory.forget(0);
    at(1).neighbour.take('room', directory.place('room'));
    timers.advance(1_000);
    assert.equal(open().length, 0);
    assert.equal(draws.length, 2);
  });

  test('stopping closes what is drawn', () => {
    publish(0);
    at(1).hub.join('room', new FakeDelivery());
    settle();
    at(1).neighbour.stop();
    assert.equal(open().length, 0);
  });
});
