// What a channel is doing, from its row and what its gather and the live servers report. Pure.
import { AppError, type Channel, type ChannelFault, type ChannelStatus, type GatherChannelReport } from '@lubo/contract';
import type { CatalogChannel } from './catalog.ts';

/** What is known of a channel now. */
export type Seen = { isGatherOnline: boolean; report: GatherChannelReport | undefined; viewers: number };

/** The channel as anyone may see it. */
export function channelOf(row: CatalogChannel, seen: Seen): Channel {
  const { isGatherOnline, report } = seen;
  const status = statusOf(row, seen);
  const fault = faultOf(row, seen);
  return {
    id: row.id,
    name: row.name,
    schoolName: row.schoolName,
    gradeName: row.gradeName,
    status,
    isOnline: status === 'running' || status === 'live',
    isLive: status === 'live',
    isRecording: isGatherOnline && (report?.isRecording ?? false),
    ...(fault === undefined ? {} : { fault }),
    viewers: seen.viewers,
    createdAt: row.createdAt,
  };
}

/** Refuses to watch a channel that can give no video, with the reason. Throws AppError `channel-offline`. */
export function requireWatchable(row: CatalogChannel, seen: Seen): void {
  const fault = faultOf(row, seen);
  if (fault === undefined) return;
  const isStopped = fault.code === 'channel-stopped';
  throw new AppError(isStopped ? 'conflict' : 'unavailable', 'channel-offline', fault.detail, isStopped ? {} : { retryAfterSeconds: 5 });
}

/** Whether a channel can give video, as far as is known. */
export function isWatchable(row: CatalogChannel, seen: Seen): boolean {
  return faultOf(row, seen) === undefined;
}

function statusOf(row: CatalogChannel, { isGatherOnline, report }: Seen): ChannelStatus {
  if (!isGatherOnline || !row.isStarted) return 'waiting';
  if (report === undefined || report.state === 'stopped') return 'connecting';
  if (report.state === 'running') return report.isPushing ? 'live' : 'running';
  return report.state;
}

function faultOf(row: CatalogChannel, { isGatherOnline, report }: Seen): ChannelFault | undefined {
  if (!isGatherOnline) return { code: 'gather-offline', detail: 'The gather of this channel is offline.' };
  if (!row.isStarted) return { code: 'channel-stopped', detail: 'This channel is stopped.' };
  if (report?.state !== 'error') return undefined;
  return report.fault ?? { code: 'source-error', detail: 'The source of this channel gives no video.' };
}
