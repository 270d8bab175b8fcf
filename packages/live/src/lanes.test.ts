import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { FakeDelivery, HandTimers, fakePublisher, opening, picture, sound } from './fakes.ts';
import { type Limits, defaultLimits } from './limits.ts';
import { type Publication, Stream } from './stream.ts';

const fewLimits = { ...defaultLimits, laneViewers: 2, lanes: 3 };
const frameMillis = 10;
const windowMillis = 90;
/** The first frame of a window waits for the nine after it. */
const framesInWindow = 10;
/** Frames from which the stream's pace is learnt. */
const learning = 105;

for (const hasOutlet of [true, false]) describe(`lanes of a stream, ${hasOutlet ? 'in cohorts' : 'each written to by itself'}`, () => {
  let timers: HandTimers;
  let stream: Stream;
  let publisher: ReturnType<typeof fakePublisher> & { rests: number[]; rest(millis: number): void };
  let publication: Publication;
  let mark = 0;

  beforeEach(() => {
    open(fewLimits);
  });

  function open(limits: Limits): void {
    timers = new HandTimers();
    stream = new Stream({ name: 'room', limits, timers, log: pino({ level: 'silent' }), windowMillis: () => windowMillis, onChange() {}, onViewerEnd() {} });
    const rests: number[] = [];
    publisher = Object.assign(fakePublisher(), { rests, rest: (millis: number) => void rests.push(millis) });
    publication = stream.publish(publisher);
    for (const tag of opening()) publication.write(tag);
    mark = 0;
    send(learning);
  }

  function send(count: number): void {
    for (let i = 0; i < count; i++, mark++) {
      publication.write(picture(mark * frameMillis, { isKeyframe: mark % 20 === 0, mark: mark % 200 }));
      timers.advance(frameMillis);
    }
  }

  const join = (count: number): FakeDelivery[] =>
    Array.from({ length: count }, () => {
      const delivery = new FakeDelivery({ hasOutlet });
      stream.join(delivery);
      return delivery;
    });

  const newestKeyframe = (): number => mark - 1 - ((mark - 1) % 20);

  /** All marks from the keyframe at which a viewer began. */
  const marksFrom = (first: number): number[] => Array.from({ length: mark - first }, (_, i) => (first + i) % 200);

  /** When each of the viewer's writes came, and the newest frame in it. */
  function noteWrites(viewer: FakeDelivery): { at: number; newest: number | undefined }[] {
    const noted: { at: number; newest: number | undefined }[] = [];
    const { write } = viewer;
    viewer.write = (parts) => {
      write.call(viewer, parts);
      noted.push({ at: timers.now(), newest: viewer.marks('video').at(-1) });
    };
    return noted;
  }

  test('a window ends with the frame that has just come, and no frame waits longer than a window', () => {
    const [viewer = new FakeDelivery({ hasOutlet })] = join(1);
    send(framesInWindow);
    const writes = noteWrites(viewer);
    const from = mark;
    const start = timers.now();
    send(3 * framesInWindow);
    assert.deepEqual(writes.map(({ newest }) => newest), writes.map(({ at }) => (from + (at - start) / frameMillis) % 200));
    assert.equal(writes.length, 3);
    for (const [i, { at }] of writes.entries()) if (i > 0) assert.equal(at - (writes[i - 1]?.at ?? 0), windowMillis + frameMillis);
  });

  test('each has its own moments, a third of a window apart, and nobody misses or doubles a tag', () => {
    const first = newestKeyframe();
    const viewers = join(6);
    send(framesInWindow);
    const writes = viewers.map(noteWrites);
    send(9 * framesInWindow);
    const phases = writes.map((own) => own.map(({ at }) => at % (windowMillis + frameMillis)));
    for (const own of phases) {
      assert.equal(own.length, 9);
      assert.equal(new Set(own).size, 1);
    }
    const moments = [...new Set(phases.map(([phase = -1]) => phase))].toSorted((a, b) => a - b);
    assert.equal(moments.length, 3);
    for (const [i, moment] of moments.entries()) if (i > 0) assert.ok(moment - (moments[i - 1] ?? 0) >= 3 * frameMillis);
    for (const [a, b] of [[0, 1], [2, 3], [4, 5]] as const) assert.deepEqual(phases[a], phases[b]);
    timers.advance(2 * windowMillis);
    for (const each of viewers) assert.deepEqual(each.marks('video'), marksFrom(first));
  });

  /** Six in one lane, written to two at a time; what happens within their next window, `first` before all. */
  function partedPass(first: (viewers: FakeDelivery[]) => void): { viewers: FakeDelivery[]; from: number; order: string[] } {
    open({ ...defaultLimits, laneViewers: 6, turnViewers: 2 });
    const from = newestKeyframe();
    const viewers = join(6);
    const order: string[] = [];
    send(framesInWindow - 1);
    for (const [i, viewer] of viewers.entries()) {
      const { write } = viewer;
      viewer.write = (parts) => {
        write.call(viewer, parts);
        order.push(String(i));
        if (order.length === 1) timers.after(0, () => first(viewers));
      };
    }
    return { viewers, from, order };
  }

  test('between the parts of a long lane it is looked who has come meanwhile', () => {
    let late: FakeDelivery | undefined;
    const { viewers, from, order } = partedPass(() => {
      order.push('between');
      [late] = join(1);
      assert.equal(late?.marks('video').at(-1), mark % 200, 'it has the newest frame');
    });
    send(1);
    assert.deepEqual(order, ['0', '1', 'between', '2', '3', '4', '5']);
    send(3 * framesInWindow);
    timers.advance(2 * windowMillis);
    for (const each of [...viewers, late]) assert.deepEqual(each?.marks('video'), marksFrom(from));
  });

  test('what comes between the parts of a lane, and the end of the publisher, is behind its window for each', () => {
    const { viewers, from } = partedPass(() => {
      publication.write(picture(mark * frameMillis, { mark: mark % 200 }));
      mark++;
      publication.end();
    });
    publication.write(picture(mark * frameMillis, { mark: mark % 200 }));
    mark++;
    timers.advance(0);
    for (const each of viewers) assert.deepEqual(each.marks('video'), marksFrom(from));
  });

  test('frames that come all at once are one window for everybody', () => {
    const viewers = join(6);
    send(2 * framesInWindow);
    const writes = viewers.map(noteWrites);
    for (const end = mark + 5 * framesInWindow; mark < end; mark++) publication.write(picture(mark * frameMillis, { mark }));
    timers.advance(0);
    for (const own of writes) assert.deepEqual(own.map(({ newest }) => newest), [(mark - 1) % 200]);
  });

  test('when frames stop coming, what is gathered goes out after one window and a half', () => {
    const [viewer] = join(1);
    send(framesInWindow + 3);
    publication.write(sound(mark * frameMillis, 7));
    assert.deepEqual(viewer?.marks('audio'), []);
    timers.advance(1.5 * windowMillis);
    assert.deepEqual(viewer?.marks('audio'), [7]);
    assert.equal(viewer?.marks('video').at(-1), (mark - 1) % 200);
  });

  test('who comes while a lane gathers has the newest tag at once and nothing twice', () => {
    const first = newestKeyframe();
    const [early] = join(1);
    const atStart = marksFrom(first);
    send(3);
    const [late] = join(1);
    assert.deepEqual(late?.marks('video'), marksFrom(first));
    assert.deepEqual(early?.marks('video'), atStart);
    send(3 * framesInWindow);
    timers.advance(2 * windowMillis);
    for (const each of [early, late]) assert.deepEqual(each?.marks('video'), marksFrom(first));
  });

  test('lanes whose viewers have left are no more, and their place is taken by newcomers', () => {
    const seats = Array.from({ length: 6 }, () => stream.join(new FakeDelivery({ hasOutlet })));
    for (const seat of seats) seat.leave();
    const first = newestKeyframe();
    const [only] = join(1);
    send(framesInWindow);
    assert.deepEqual(only?.marks('video'), marksFrom(first));
  });

  test('more viewers than all lanes should have are spread over them', () => {
    const first = newestKeyframe();
    const viewers = join(12);
    send(3 * framesInWindow);
    timers.advance(2 * windowMillis);
    for (const each of viewers) assert.deepEqual(each.marks('video'), marksFrom(first));
  });

  test('the publisher may rest while no frame ends a window, but not while another process draws the stream', () => {
    join(1);
    send(2 * framesInWindow);
    const [rest = 0] = publisher.rests.splice(0);
    assert.ok(rest > 8 * frameMillis && rest < 9.5 * frameMillis, `nine frames end nothing: ${rest}`);
    stream.join(Object.assign(new FakeDelivery({ hasOutlet }), { protocol: 'relay' as const }));
    send(2 * framesInWindow);
    assert.deepEqual(publisher.rests, []);
  });

  test('the end of the publisher hands out what is gathered', () => {
    const first = newestKeyframe();
    const [viewer] = join(1);
    send(1);
    publication.end();
    assert.deepEqual(viewer?.marks('video'), marksFrom(first));
  });
});
