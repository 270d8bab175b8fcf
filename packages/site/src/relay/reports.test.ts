import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatherChannelReport, LiveStreamReport } from '@lubo/contract';
import { type ReportChange, createReports } from './reports.ts';

const channel = (id: string, over: Partial<GatherChannelReport> = {}): GatherChannelReport => ({
  id,
  state: 'running',
  isPushing: false,
  isRecording: false,
  receiveKbps: 1,
  sendKbps: 1,
  ...over,
});
const stream = (name: string, viewers: number): LiveStreamReport => ({ name, isPublishing: true, viewers, bytesIn: 0, bytesOut: 0 });
const addresses = { httpScheme: 'http' as const, httpPort: 8080, rtmpPort: 1935 };

test('only what looks different is news; rates are not', () => {
  const reports = createReports();
  const changes: ReportChange[] = [];
  reports.onChange((change) => changes.push(change));
  reports.takeGather('g', { channels: [channel('a'), channel('b')] });
  reports.takeGather('g', { channels: [channel('a', { receiveKbps: 999 }), channel('b', { isPushing: true })] });
  reports.takeGather('g', { channels: [channel('b', { isPushing: true })] });
  assert.deepEqual(changes, [{ channelIds: ['a', 'b'] }, { channelIds: ['b'] }, { channelIds: ['a'] }]);
});

test('viewers add up over live servers and go with the server that leaves', () => {
  const reports = createReports();
  for (const [id, viewers] of [['l1', 2], ['l2', 3]] as const) {
    reports.connected(id);
    assert.equal(reports.viewersOn(id, 'a'), undefined);
    reports.takeLive(id, { addresses, streams: [stream('a', viewers)] });
  }
  assert.equal(reports.viewers('a'), 5);
  assert.equal(reports.viewersOn('l1', 'a'), 2);
  assert.equal(reports.viewersOn('l1', 'other'), 0);
  const changes: ReportChange[] = [];
  reports.onChange((change) => changes.push(change));
  reports.disconnected('l1');
  assert.equal(reports.viewers('a'), 3);
  assert.deepEqual(changes, [{ agentId: 'l1' }, { channelIds: ['a'] }]);
});

test('a gather that leaves takes its reports along', () => {
  const reports = createReports();
  reports.connected('g');
  reports.takeGather('g', { channels: [channel('a')] });
  assert.equal(reports.channel('g', 'a')?.state, 'running');
  reports.disconnected('g');
  assert.equal(reports.channel('g', 'a'), undefined);
  assert.equal(reports.isOnline('g'), false);
});
