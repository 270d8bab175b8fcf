// The board: every channel with what it is doing now.
import type { Channel } from '@lubo/contract';
import type { Reports } from '../relay/reports.ts';
import type { Catalog, CatalogChannel } from './catalog.ts';
import { noChannel } from './channels.ts';
import { type ListQuery, listChannels } from './list.ts';
import { type Seen, channelOf } from './status.ts';

export type Board = {
  list(query: ListQuery): Promise<{ rows: Channel[]; total: number; online: number }>;
  /** A channel with what it is doing now. */
  show(row: CatalogChannel): Channel;
  /** `undefined` for an unknown channel. */
  find(id: string): Promise<Channel | undefined>;
  /** A channel's row and what is known of it. */
  look(id: string): Promise<{ row: CatalogChannel; seen: Seen } | undefined>;
  /** The same; throws AppError `channel-not-found`. */
  require(id: string): Promise<{ row: CatalogChannel; seen: Seen }>;
};

/** Merges the catalogue with the reports and the newest pictures. */
export function createBoard(catalog: Catalog, reports: Reports, snapshotOf: (channelId: string) => Pick<Channel, 'snapshotUrl' | 'snapshotWidths'> = () => ({})): Board {
  const seenOf = (row: CatalogChannel): Seen => ({
    isGatherOnline: reports.isOnline(row.gatherId),
    report: reports.channel(row.gatherId, row.id),
    viewers: reports.viewers(row.id),
  });
  const now = (row: CatalogChannel): Channel => ({ ...channelOf(row, seenOf(row)), ...snapshotOf(row.id) });
  const isOnline = (row: CatalogChannel): boolean =>
    row.isStarted && reports.isOnline(row.gatherId) && reports.channel(row.gatherId, row.id)?.state === 'running';

  const look: Board['look'] = async (id) => {
    const row = (await catalog.view()).byId.get(id);
    return row === undefined ? undefined : { row, seen: seenOf(row) };
  };

  return {
    show: now,
    list: async (query) => listChannels((await catalog.view()).sorted, query, isOnline, now),
    async find(id) {
      const row = (await catalog.view()).byId.get(id);
      return row === undefined ? undefined : now(row);
    },
    look,
    async require(id) {
      const channel = await look(id);
      if (channel === undefined) throw noChannel();
      return channel;
    },
  };
}
