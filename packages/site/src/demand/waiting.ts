// Viewers who came by an address that was handed out earlier: they wait at a live server for a channel that nobody has asked
// the site for, and are demand too.
import type { LiveReport } from '@lubo/contract';
import type { Board } from '../channels/board.ts';
import { isWatchable } from '../channels/status.ts';
import type { Demands } from './demands.ts';

/** Begins the demands that a live server's report shows and nobody has made yet, there where the viewers are. */
export async function wantForWaiting(liveServerId: string, { streams }: LiveReport, { board, demands }: { board: Board; demands: Demands }): Promise<void> {
  for (const { name, viewers } of streams) {
    if (viewers === 0 || demands.has(name)) continue;
    const channel = await board.look(name);
    if (channel === undefined || !isWatchable(channel.row, channel.seen)) continue;
    await demands.wantOn(liveServerId, { channelId: name, gatherId: channel.row.gatherId });
  }
}
