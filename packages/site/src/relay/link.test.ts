import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HeldState, type RelayDown, type RelayUp, type Resources, applyDown } from '@lubo/contract';
import { seededRandom } from '../testing/random.ts';
import { appliedMillis, createLink } from './link.ts';

const state = (revision: number, resources: Resources): HeldState => ({ revision, resources });

test('a fresh link sends the whole state, then what changed', () => {
  const link = createLink();
  assert.deepEqual(link.offer(state(3, { a: 1 }), 0), { type: 'state', revision: 3, resources: { a: 1 } });
  assert.deepEqual(link.offer(state(4, { a: 2, b: 1 }), 0), { type: 'change', from: 3, revision: 4, set: { a: 2, b: 1 }, remove: [] });
  assert.deepEqual(link.offer(state(6, { b: 1 }), 0), { type: 'change', from: 4, revision: 6, set: {}, remove: ['a'] });
});

test('a state that was offered already, or is older, sends nothing', () => {
  const link = createLink();
  link.offer(state(3, { a: 1 }), 0);
  assert.equal(link.offer(state(3, { a: 1 }), 0), undefined);
  assert.equal(link.offer(state(2, {}), 0), undefined);
});

test('a state that nobody confirmed is sent whole again, every 5 s until it is', () => {
  const link = createLink();
  link.offer(state(1, { a: 1 }), 0);
  assert.equal(link.tick(appliedMillis - 1), undefined);
  assert.deepEqual(link.tick(appliedMillis), { type: 'state', revision: 1, resources: { a: 1 } });
  assert.equal(link.tick(appliedMillis + 1), undefined);
  assert.ok(link.tick(2 * appliedMillis));
  link.applied(1);
  assert.equal(link.tick(10 * appliedMillis), undefined);
  assert.equal(link.appliedRevision, 1);
});

test('a late confirmation of an older revision confirms nothing newer and takes nothing back', () => {
  const link = createLink();
  link.offer(state(1, {}), 0);
  link.offer(state(2, { a: 1 }), 0);
  link.applied(1);
  assert.ok(link.tick(appliedMillis));
  link.applied(2);
  link.applied(1);
  assert.equal(link.tick(9 * appliedMillis), undefined);
});

test('resync is answered with the whole state; before there is one, with nothing', () => {
  const link = createLink();
  assert.equal(link.resync(0), undefined);
  link.offer(state(1, { a: 1 }), 0);
  assert.deepEqual(link.resync(0), { type: 'state', revision: 1, resources: { a: 1 } });
});

type Flight = { at: number; message: RelayDown | RelayUp; isDown: boolean; connection: number };

/** A site and an agent joined by a line that loses, doubles and delays; either may start anew at any moment. */
function runLossyLine(seed: number): { wanted: HeldState; held: HeldState | undefined; messages: number } {
  const random = seededRandom(seed);
  let now = 0;
  let wanted = state(1, { settings: 0 });
  let link = createLink();
  let held: HeldState | undefined;
  let connection = 0;
  let messages = 0;
  let flights: Flight[] = [];
  let isRough = true;

  const put = (message: RelayDown | RelayUp | undefined, isDown: boolean): void => {
    if (message === undefined) return;
    messages += 1;
    const copies = !isRough ? 1 : random() < 0.3 ? 0 : random() < 0.2 ? 2 : 1;
    for (let i = 0; i < copies; i++) flights.push({ at: now + (isRough ? random() * 3_000 : 10), message, isDown, connection });
  };
  const reconnect = (): void => {
    connection += 1;
    link = createLink();
    held = undefined;
    put(link.offer(wanted, now), true);
  };
  const change = (): void => {
    const key = `channel/${Math.floor(random() * 5)}`;
    const resources = { ...wanted.resources };
    if (random() < 0.3) delete resources[key];
    else resources[key] = Math.floor(random() * 1000);
    wanted = state(wanted.revision + 1, resources);
    put(link.offer(wanted, now), true);
  };
  const arrive = ({ message, isDown }: Flight): void => {
    if (message.type === 'applied') return link.applied(message.revision);
    if (message.type === 'resync') return put(link.resync(now), true);
    if (!isDown || (message.type !== 'state' && message.type !== 'change')) return;
    const next = applyDown(held, message);
    if (next === 'resync') return put({ type: 'resync' }, false);
    held = next;
    put({ type: 'applied', revision: next.revision }, false);
  };

  reconnect();
  for (let step = 0; step < 400; step++) {
    now += 250;
    isRough = step < 320;
    if (isRough && random() < 0.3) change();
    if (isRough && random() < 0.02) reconnect();
    const due = flights.filter((flight) => flight.at <= now).sort((a, b) => a.at - b.at);
    flights = flights.filter((flight) => flight.at > now);
    // What a closed connection still carried reaches nobody.
    for (const flight of due) if (flight.connection === connection) arrive(flight);
    if (step % 4 === 0) put(link.tick(now), true);
  }
  return { wanted, held, messages };
}

test('over 500 lossy, doubling, delaying lines site and agent end up with the same state', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const { wanted, held, messages } = runLossyLine(seed);
    assert.deepEqual(held, wanted, `seed ${seed}`);
    assert.ok(messages < 2_000, `seed ${seed} took ${messages} messages`);
  }
});
