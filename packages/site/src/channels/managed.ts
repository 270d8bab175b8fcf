// Channels as administrators see and change them: the filtered list, and one action on many.
import { AppError, type ChannelAction, type ManagedChannel, type RequestOf, type routes } from '@lubo/contract';
import { createNameOrder, pageOfRows } from '../db/name-order.ts';
import type { Reports } from '../relay/reports.ts';
import type { Board } from './board.ts';
import type { Catalog, CatalogChannel } from './catalog.ts';
import { type Channels, noChannel } from './channels.ts';

export type ManagedQuery = RequestOf<typeof routes.listManagedChannels>['query'];
export type BulkResult = { done: string[]; failed: { id: string; code: string; detail: string }[] };

export type ManagedChannels = {
  list(query: ManagedQuery): Promise<{ rows: ManagedChannel[]; total: number }>;
  /** Throws AppError `channel-not-found`. */
  find(id: string): Promise<ManagedChannel>;
  /** One after the other; what one of them refuses stops no other. */
  act(ids: readonly string[], action: ChannelAction): Promise<BulkResult>;
};

export type ManagedChannelsOptions = { catalog: Catalog; board: Board; reports: Reports; channels: Channels };

type ShownRow = { row: CatalogChannel; channel: ManagedChannel };

/** Over the catalogue in memory: some thousands of rows. */
export function createManagedChannels({ catalog, board, reports, channels }: ManagedChannelsOptions): ManagedChannels {
  const shown = (row: CatalogChannel): ManagedChannel => {
    const report = reports.channel(row.gatherId, row.id);
    return {
      ...board.show(row),
      gatherId: row.gatherId,
      gatherTitle: row.gatherTitle,
      schoolId: row.schoolId,
      gradeId: row.gradeId,
      source: row.source,
      isStarted: row.isStarted,
      receiveKbps: report?.receiveKbps ?? 0,
      sendKbps: report?.sendKbps ?? 0,
      lessonId: report?.lessonId ?? null,
      lostPackets: report?.lostPackets ?? 0,
      notices: report?.notices ?? [],
      deletedAt: row.deletedAt,
    };
  };
  const gatherOrder = createNameOrder();
  return {
    async list({ bin, status, ...query }) {
      const view = await catalog.view();
      const rows = (bin ? view.bin : view.sorted).filter((row) => isWanted(row, query)).map((row) => ({ row, channel: shown(row) }));
      const found = rows.filter(({ channel }) => hasStatus(channel, status));
      // Those that are equal otherwise stay in the order of their names.
      const places = new Map(found.map(({ row }, place) => [row.id, place]));
      const gatherRanks = gatherOrder(found.map(({ row }) => row.gatherTitle));
      const columns: Record<'name' | 'gather' | 'status' | 'createdAt', (shownRow: ShownRow) => number | string> = {
        name: ({ row }) => places.get(row.id) ?? 0,
        gather: ({ row }) => gatherRanks.get(row.gatherTitle) ?? 0,
        status: ({ channel }) => channel.status,
        createdAt: ({ channel }) => channel.createdAt,
      };
      const page = pageOfRows(found, { textOf: ({ row }) => textOf(row), columns, keyOf: ({ row }) => places.get(row.id) ?? 0, idOf: ({ row }) => row.id }, query);
      return { rows: page.rows.map(({ channel }) => channel), total: page.total };
    },
    async find(id) {
      const { byId, bin } = await catalog.view();
      const row = byId.get(id) ?? bin.find((each) => each.id === id);
      if (row === undefined) throw noChannel();
      return shown(row);
    },
    async act(ids, action) {
      const result: BulkResult = { done: [], failed: [] };
      for (const id of new Set(ids)) {
        try {
          await perform(channels, id, action);
          result.done.push(id);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          result.failed.push({ id, code: error.code, detail: error.message });
        }
      }
      return result;
    },
  };
}

async function perform(channels: Channels, id: string, action: ChannelAction): Promise<void> {
  switch (action) {
    case 'start':
    case 'stop':
      await channels.edit(id, { isStarted: action === 'start' });
      return;
    case 'delete':
      return channels.remove(id);
    case 'restore':
      await channels.restore(id);
      return;
    case 'purge':
      return channels.purge(id);
  }
}

function isWanted(row: CatalogChannel, { gatherId, schoolId, gradeId, mode }: Pick<ManagedQuery, 'gatherId' | 'schoolId' | 'gradeId' | 'mode'>): boolean {
  if (gatherId !== undefined && row.gatherId !== gatherId) return false;
  if (schoolId !== undefined && row.schoolId !== schoolId) return false;
  if (gradeId !== undefined && row.gradeId !== gradeId) return false;
  return mode === undefined || row.source.mode === mode;
}

function textOf(row: CatalogChannel): string {
  // Together as well, as pages show them.
  return `${row.schoolName} ${row.gradeName} ${row.name} ${row.gradeName}${row.name} ${row.gatherTitle} ${placeOf(row)}`;
}

function placeOf({ source }: CatalogChannel): string {
  switch (source.mode) {
    case 'file':
      return source.path;
    case 'pull':
      return source.url;
    case 'camera':
      return source.address;
  }
}

function hasStatus(row: ManagedChannel, status: ManagedQuery['status']): boolean {
  if (status === undefined) return true;
  return status === 'recording' ? row.isRecording : row.status === status;
}
