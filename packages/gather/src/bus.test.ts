// The bus of a channel: instant start, bounds, and consumers that cannot hurt one another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '@lubo/media';
import { pino } from 'pino';
import { createBus } from './bus.ts';
import { picture, range, sound, tracks, video } from './fake-units.ts';
import type { QueueLimits, Subscription } from './subscription.ts';
import type { Unit } from './unit.ts';

const log = pino({ level: 'silent' });
const wide: QueueLimits = { bytes: 1e9, seconds: 1e9 };

function drain(subscription: Subscription): Unit[] {
  const units: Unit[] = [];
  for (let unit = subscription.take(); unit; unit = subscription.take()) units.push(unit);
  return units;
}
const numbers = (units: readonly Unit[]): number[] => units.map(({ packet }) => packet.dts / 40);
const ignore = (): void => {};

test('a consumer begins with the newest keyframe of the ring', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  bus.publish(range(0, 60).map((i) => picture(i)));
  const subscription = bus.subscribe({ name: 'late', limits: wide, onUnits: ignore });
  assert.deepEqual(numbers(drain(subscription)), range(50, 60));
  bus.publish([picture(60)]);
  assert.deepEqual(numbers(drain(subscription)), [60]);
});

test('a consumer of an empty bus waits for the first keyframe', () => {
  const bus = createBus({ log });
  bus.begin(tracks);
  let wakes = 0;
  const subscription = bus.subscribe({ name: 'early', onUnits: () => (wakes += 1) });
  bus.publish([sound(45), picture(23), picture(24)]);
  assert.equal(wakes, 0);
  bus.publish([sound(49), picture(25), sound(50), picture(26)]);
  assert.equal(wakes, 1);
  assert.deepEqual(drain(subscription).map(({ packet }) => packet.dts), [1000, 1000, 1040]);
});

test('without video every second of sound is a start', () => {
  const bus = createBus({ log });
  bus.begin({ audio: tracks.audio });
  bus.publish(range(0, 120).map(sound));
  const units = drain(bus.subscribe({ name: 'sound', onUnits: ignore }));
  assert.equal(units[0]?.millis, 2_000);
  assert.equal(units.length, 20);
});

test('packets of a track that is not announced are passed over', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  bus.publish([picture(0), sound(0), picture(1)]);
  assert.equal(drain(bus.subscribe({ name: 'x', onUnits: ignore })).length, 2);
});

test('after the end of the source nobody begins with its pictures', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  bus.publish([picture(0), picture(1)]);
  bus.end();
  assert.equal(drain(bus.subscribe({ name: 'x', onUnits: ignore })).length, 0);
});

test('a new timeline begins with a keyframe for those who are there, and counts up', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  const subscription = bus.subscribe({ name: 'x', onUnits: ignore });
  bus.publish([picture(0), picture(1)]);
  bus.begin({ video });
  bus.publish([picture(7), picture(25), picture(26)]);
  const units = drain(subscription);
  assert.deepEqual(numbers(units), [0, 1, 25, 26]);
  assert.equal((units[2]?.timeline ?? 0) - (units[1]?.timeline ?? 0), 1);
});

test('a change of configuration goes on without a break and shows in the tracks of the units', () => {
  const bus = createBus({ log });
  const changed = { video: { ...video, width: 128 } };
  bus.begin({ video });
  const subscription = bus.subscribe({ name: 'x', onUnits: ignore });
  bus.publish([picture(0)]);
  bus.change(changed);
  bus.publish([picture(1)]);
  const units = drain(subscription);
  assert.deepEqual(units.map((unit) => unit.tracks.video?.width), [64, 128]);
  assert.equal(units[0]?.timeline, units[1]?.timeline);
});

test('one consumer that throws and one that never takes leave the third its units', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  const throwing = bus.subscribe({
    name: 'throws',
    onUnits() {
      throw new Error('broken');
    },
  });
  const stuck = bus.subscribe({ name: 'stuck', limits: { bytes: 10_000, seconds: 2 }, onUnits: ignore });
  const taken: number[] = [];
  const good = bus.subscribe({ name: 'good', onUnits: () => taken.push(...numbers(drain(good))) });
  for (const i of range(0, 1_000)) bus.publish([picture(i)]);
  assert.deepEqual(taken, range(0, 1_000));
  assert.ok(stuck.queuedBytes <= 10_000);
  assert.ok(stuck.droppedUnits > 900);
  assert.ok(throwing.queuedBytes > 0);
});

test('a consumer that lags by more than its seconds goes on at the newest keyframe', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  const subscription = bus.subscribe({ name: 'slow', limits: { bytes: 1e9, seconds: 2 }, onUnits: ignore });
  bus.publish(range(0, 70).map((i) => picture(i)));
  assert.deepEqual(numbers(drain(subscription)), range(50, 70));
  assert.equal(subscription.droppedUnits, 50);
});

test('a GOP longer than the bound in seconds is not cut into', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  const subscription = bus.subscribe({ name: 'slow', limits: { bytes: 1e9, seconds: 2 }, onUnits: ignore });
  bus.publish(range(0, 90).map((i) => picture(i, { gop: 100 })));
  assert.equal(drain(subscription).length, 90);
});

test('beyond the bound in bytes all is dropped up to the next keyframe', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  const subscription = bus.subscribe({ name: 'slow', limits: { bytes: 100_000, seconds: 1e9 }, onUnits: ignore });
  bus.publish(range(0, 30).map((i) => picture(i, { bytes: 5_000 })));
  assert.deepEqual(numbers(drain(subscription)), range(25, 30));
  assert.equal(subscription.droppedUnits, 25);
});

test('the ring keeps within GOPs and bytes, and keeps no GOP that is larger by itself', () => {
  const bus = createBus({ log, ring: { gops: 2, bytes: 60_000 } });
  const start = (): number[] => {
    const subscription = bus.subscribe({ name: 'x', limits: wide, onUnits: ignore });
    subscription.close();
    return numbers(drain(subscription));
  };
  const large = (i: number): Packet => picture(i, { bytes: 10_000 });
  bus.begin({ video });
  bus.publish(range(0, 4).map(large));
  assert.deepEqual(start(), range(0, 4));
  bus.publish(range(4, 25).map(large));
  assert.deepEqual(start(), []);
  bus.publish([large(25), large(26)]);
  assert.deepEqual(start(), [25, 26]);
});

test('a closed subscription is forgotten', () => {
  const bus = createBus({ log });
  bus.subscribe({ name: 'x', onUnits: ignore }).close();
  assert.equal(bus.consumerCount, 0);
});

test('a subscription that another one closes while units are handed out is not woken any more', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  let woken = 0;
  bus.subscribe({ name: 'first', onUnits: () => second.close() });
  const second = bus.subscribe({ name: 'second', onUnits: () => (woken += 1) });
  bus.publish([picture(0)]);
  assert.equal(woken, 0);
});

test('somebody waits for each unit as long as a consumer is there that is not patient', () => {
  const bus = createBus({ log });
  assert.equal(bus.isUrgent, false);
  bus.subscribe({ name: 'recorder', isPatient: true, onUnits: ignore });
  assert.equal(bus.isUrgent, false);
  const push = bus.subscribe({ name: 'push', onUnits: ignore });
  assert.equal(bus.isUrgent, true);
  push.close();
  assert.equal(bus.isUrgent, false);
});

test('a closed-over queue of many thousand units gives all of them in order', () => {
  const bus = createBus({ log });
  bus.begin({ video });
  const subscription = bus.subscribe({ name: 'x', limits: wide, onUnits: ignore });
  bus.publish(range(0, 5_000).map((i) => picture(i)));
  const first = range(0, 700).map(() => (subscription.take()?.packet.dts ?? NaN) / 40);
  bus.publish(range(5_000, 6_000).map((i) => picture(i)));
  assert.deepEqual([...first, ...numbers(drain(subscription))], range(0, 6_000));
  assert.equal(subscription.queuedBytes, 0);
});
