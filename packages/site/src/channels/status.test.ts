import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError, Channel, type ChannelStatus, type GatherChannelReport } from '@lubo/contract';
import type { CatalogChannel } from './catalog.ts';
import { type Seen, channelOf, requireWatchable } from './status.ts';

const id = 'abcdefghjkmn';
const row: CatalogChannel = {
  id,
  name: '一班',
  gatherId: id,
  gatherTitle: '三楼',
  gradeId: null,
  schoolId: null,
  schoolName: '示例学校',
  gradeName: '初中一年级',
  source: { mode: 'file', path: '/secret/path.mp4' },
  isStarted: true,
  createdAt: '2026-09-01T00:00:00.000Z',
  deletedAt: null,
};
const report = (over: Partial<GatherChannelReport>): GatherChannelReport => ({
  id,
  state: 'running',
  isPushing: false,
  isRecording: false,
  receiveKbps: 0,
  sendKbps: 0,
  ...over,
});
const fault = { code: 'file-missing', detail: 'it is not there' };

type Case = [what: string, isStarted: boolean, isGatherOnline: boolean, report: GatherChannelReport | undefined, status: ChannelStatus, fault: string | undefined, watch: number];
const cases: Case[] = [
  ['gather offline', true, false, undefined, 'waiting', 'gather-offline', 503],
  ['gather offline, stopped', false, false, undefined, 'waiting', 'gather-offline', 503],
  ['stopped', false, true, report({ state: 'stopped' }), 'waiting', 'channel-stopped', 409],
  ['just stopped, still reported running', false, true, report({ isPushing: true }), 'waiting', 'channel-stopped', 409],
  ['not reported yet', true, true, undefined, 'connecting', undefined, 200],
  ['just started, still reported stopped', true, true, report({ state: 'stopped' }), 'connecting', undefined, 200],
  ['opening its source', true, true, report({ state: 'connecting' }), 'connecting', undefined, 200],
  ['running', true, true, report({}), 'running', undefined, 200],
  ['pushed', true, true, report({ isPushing: true, isRecording: true }), 'live', undefined, 200],
  ['in error', true, true, report({ state: 'error', fault }), 'error', 'file-missing', 503],
  ['in error without a reason', true, true, report({ state: 'error' }), 'error', 'source-error', 503],
];

for (const [what, isStarted, isGatherOnline, seenReport, status, code, watch] of cases) {
  test(`a channel that is ${what}`, () => {
    const seen: Seen = { isGatherOnline, report: seenReport, viewers: 3 };
    const channel = Channel.parse(channelOf({ ...row, isStarted }, seen));
    assert.deepEqual([channel.status, channel.fault?.code, channel.viewers], [status, code, 3]);
    assert.equal(channel.isOnline, status === 'running' || status === 'live');
    assert.equal(channel.isLive, status === 'live');
    assert.doesNotMatch(JSON.stringify(channelOf({ ...row, isStarted }, seen)), /secret/);
    if (watch === 200) return requireWatchable({ ...row, isStarted }, seen);
    const kind = watch === 409 ? 'conflict' : 'unavailable';
    assert.throws(
      () => requireWatchable({ ...row, isStarted }, seen),
      (error) => error instanceof AppError && error.code === 'channel-offline' && error.kind === kind && error.message === channel.fault?.detail,
    );
  });
}
