// Channels as administrators see and change them: the filtered list, and one action on many.
import { AppError, type ChannelAction, type ManagedChannel, type RequestOf, type routes } from '@lubo/contract';
import { fold } from '../db/name-order.ts';
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
  return {
    async list(query) {
      const view = await catalog.view();
      const rows = (query.bin ? view.bin : view.sorted).filter((row) => isWanted(row, query)).map(shown).filter((row) => hasStatus(row, query.status));
      const sorted = sortRows(rows, query.sort);
      const from = (query.page - 1) * query.pageSize;
      return { rows: sorted.slice(from, from + query.pageSize), total: rows.length };
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

function isWanted(row: CatalogChannel, { search, gatherId, schoolId, gradeId, mode }: ManagedQuery): boolean {
  if (gatherId !== undefined && row.gatherId !== gatherId) return false;
  if (schoolId !== undefined && row.schoolId !== schoolId) return false;
  if (gradeId !== undefined && row.gradeId !== gradeId) return false;
  if (mode !== undefined && row.source.mode !== mode) return false;
  const wanted = fold(search ?? '');
  return wanted === '' || fold(`${row.schoolName} ${row.gradeName} ${row.name} ${row.gatherTitle} ${placeOf(row)}`).includes(wanted);
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

const collator = new Intl.Collator('zh-Hans-CN', { numeric: true });

/** `rows` come by name; equal ones keep that order. */
function sortRows(rows: ManagedChannel[], sort: ManagedQuery['sort']): ManagedChannel[] {
  if (sort === 'name') return rows;
  const field = sort.replace('-', '') as 'name' | 'gather' | 'status' | 'createdAt';
  const text = (row: ManagedChannel): string => (field === 'gather' ? row.gatherTitle : row[field]);
  const sign = sort.startsWith('-') ? -1 : 1;
  return rows.toSorted((a, b) => sign * collator.compare(text(a), text(b)));
}
