// What is to be done, from what should be and what is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GatherChannel, type GatherPush, GatherTuning, type Resources } from '@lubo/contract';
import { type Action, type Running, actionsTo, readDesired } from './reconcile.ts';

const one: GatherChannel = { id: 'channel00001', name: 'Room 1', source: { mode: 'file', path: '/a.mp4' }, isStarted: true };
const two: GatherChannel = { ...one, id: 'channel00002', name: 'Room 2' };
const push: GatherPush = { channelId: one.id, url: 'rtmp://live:1935/live/channel00001?token=a' };
const settings = { title: 'Gather', siteName: 'Lubo', schoolName: 'School 1' };

const running = (channels: GatherChannel[], pushes: GatherPush[] = []): Running => ({
  channels: new Map(channels.map((channel) => [channel.id, channel])),
  pushes: new Map(pushes.map((each) => [each.channelId, each])),
});
const resources = (channels: GatherChannel[], pushes: GatherPush[] = []): Resources => ({
  ...Object.fromEntries(channels.map((channel) => [`channel/${channel.id}`, channel])),
  ...Object.fromEntries(pushes.map((each) => [`push/${each.channelId}`, each])),
});

const other: GatherChannel = { ...one, source: { mode: 'file', path: '/b.mp4' } };
const named: GatherChannel = { ...one, name: 'Room 9' };
const stopped: GatherChannel = { ...one, isStarted: false };
const moved: GatherPush = { ...push, url: 'rtmp://live:1935/live/channel00001?token=b' };

const cases: { name: string; is: Running; should: Resources; actions: Action[] }[] = [
  { name: 'nothing to nothing', is: running([]), should: {}, actions: [] },
  { name: 'new channels start', is: running([]), should: resources([one, two]), actions: [{ type: 'start-channel', channel: one }, { type: 'start-channel', channel: two }] },
  { name: 'what is as it should be is left alone', is: running([one, two], [push]), should: resources([one, two], [push]), actions: [] },
  { name: 'another source restarts that channel only, its push goes on', is: running([one, two], [push]), should: resources([other, two], [push]), actions: [{ type: 'restart-channel', channel: other }] },
  { name: 'another name restarts nothing', is: running([one]), should: resources([named]), actions: [{ type: 'rename-channel', channel: named }] },
  { name: 'a removed channel stops after its push', is: running([one, two], [push]), should: resources([two], [push]), actions: [{ type: 'stop-push', channelId: one.id }, { type: 'stop-channel', id: one.id }] },
  { name: 'a channel that is switched off stops after its push', is: running([one], [push]), should: resources([stopped], [push]), actions: [{ type: 'stop-push', channelId: one.id }, { type: 'stop-channel', id: one.id }] },
  { name: 'a channel that is off does not start', is: running([]), should: resources([stopped], [push]), actions: [] },
  { name: 'demand starts a push', is: running([one]), should: resources([one], [push]), actions: [{ type: 'start-push', push }] },
  { name: 'channel and demand together start in this order', is: running([]), should: resources([one], [push]), actions: [{ type: 'start-channel', channel: one }, { type: 'start-push', push }] },
  { name: 'a newer address is handed on', is: running([one], [push]), should: resources([one], [moved]), actions: [{ type: 'move-push', push: moved }] },
  { name: 'the end of demand ends the push', is: running([one], [push]), should: resources([one]), actions: [{ type: 'stop-push', channelId: one.id }] },
  { name: 'a push of no channel is not begun', is: running([]), should: resources([], [push]), actions: [] },
];

for (const { name, is, should, actions } of cases) {
  test(name, () => assert.deepEqual(actionsTo(readDesired(should), is), actions));
}

test('settings are read, and what an older site leaves out is as usual', () => {
  assert.deepEqual(readDesired({ settings: { ...settings, sliceMinutes: 5, timeZone: 'Europe/Berlin' } }).settings, {
    ...settings, ...GatherTuning.parse({}), sliceMinutes: 5, timeZone: 'Europe/Berlin', channelLimit: 256, expiresAt: null,
  });
});

const faulty: { name: string; key: string; value: unknown; detail: RegExp }[] = [
  { name: 'no object', key: `channel/${one.id}`, value: 7, detail: /^value: / },
  { name: 'a source of a newer kind', key: `channel/${one.id}`, value: { ...one, source: { mode: 'hologram' } }, detail: /^source.mode: / },
  { name: 'another channel\'s value', key: `channel/${two.id}`, value: one, detail: /different channels/ },
  { name: 'a push without address', key: `push/${one.id}`, value: { channelId: one.id }, detail: /^url: / },
  { name: 'settings without title', key: 'settings', value: { ...settings, title: 1 }, detail: /^title: / },
];

for (const { name, key, value, detail } of faulty) {
  test(`a resource that is not understood is told and the others go on: ${name}`, () => {
    const desired = readDesired({ ...resources([two]), [key]: value, 'channel/channel00003': { ...one, id: 'channel00003' } });
    assert.equal(desired.faults.length, 1);
    assert.equal(desired.faults[0]?.key, key);
    assert.match(desired.faults[0]?.detail ?? '', detail);
    assert.ok(desired.channels.has('channel00003'));
  });
}

test('resources of kinds that a newer site knows are passed over', () => {
  const desired = readDesired({ 'hologram/channel00001': { any: 'thing' }, ...resources([one]) });
  assert.deepEqual([desired.channels.size, desired.faults.length], [1, 0]);
});
