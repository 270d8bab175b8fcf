// The list of channels: search, those online first, pages. Pure.
import type { Channel } from '@lubo/contract';
import { fold } from '../db/name-order.ts';
import type { CatalogChannel } from './catalog.ts';

export type ListQuery = { page: number; pageSize: number; search?: string | undefined };

/** A page of `sorted`; the order within online and offline stays. `isOnline` and `channelOf` tell the state of a row. */
export function listChannels(
  sorted: readonly CatalogChannel[],
  { page, pageSize, search }: ListQuery,
  isOnline: (row: CatalogChannel) => boolean,
  channelOf: (row: CatalogChannel) => Channel,
): { rows: Channel[]; total: number; online: number } {
  const wanted = fold(search ?? '');
  const found = wanted === '' ? sorted : sorted.filter((row) => fold(`${row.schoolName} ${row.gradeName} ${row.name}`).includes(wanted));
  const groups = Map.groupBy(found, isOnline);
  const online = groups.get(true) ?? [];
  const ordered = [...online, ...(groups.get(false) ?? [])];
  const from = (page - 1) * pageSize;
  return { rows: ordered.slice(from, from + pageSize).map(channelOf), total: found.length, online: online.length };
}
