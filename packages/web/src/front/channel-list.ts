// The live list as data: pages taken in, single channels changed or gone, counts kept true. Pure.
import type { Channel } from '@lubo/contract';

/** Rows loaded so far in the site's order (online first, then by name), and the counts of all. */
export type ChannelList = { rows: readonly Channel[]; total: number; online: number };

export const emptyList: ChannelList = { rows: [], total: 0, online: 0 };

/** Everything is loaded. */
export function isWhole(list: ChannelList): boolean {
  return list.rows.length >= list.total;
}

/** The list with one more page; rows that moved between pages meanwhile are not doubled, the newer copy counts. */
export function withPage(list: ChannelList, page: ChannelList): ChannelList {
  const fresh = new Map(page.rows.map((row) => [row.id, row]));
  const kept = list.rows.map((row) => fresh.get(row.id) ?? row);
  const known = new Set(list.rows.map((row) => row.id));
  return { ...page, rows: [...kept, ...page.rows.filter((row) => !known.has(row.id))] };
}

/**
 * The list after one channel appeared or changed; `undefined` when only the site can tell
 * (the channel is not among the loaded rows and may be one of those not loaded yet).
 */
export function withChannel(list: ChannelList, channel: Channel): ChannelList | undefined {
  const old = list.rows.find((row) => row.id === channel.id);
  if (old === undefined && !isWhole(list)) return undefined;
  const online = list.online + Number(channel.isOnline) - Number(old?.isOnline ?? false);
  if (old !== undefined && old.isOnline === channel.isOnline && old.name === channel.name) {
    return { ...list, rows: list.rows.map((row) => (row === old ? channel : row)) };
  }
  const others = list.rows.filter((row) => row !== old);
  const at = others.findIndex((row) => comesBefore(channel, row));
  const rows = at < 0 ? [...others, channel] : [...others.slice(0, at), channel, ...others.slice(at)];
  return { rows, online, total: list.total + (old === undefined ? 1 : 0) };
}

/** The list after a channel is gone; `undefined` when it was not loaded, so that the counts must be read anew. */
export function withoutChannel(list: ChannelList, id: string): ChannelList | undefined {
  const old = list.rows.find((row) => row.id === id);
  if (old === undefined) return isWhole(list) ? list : undefined;
  return { rows: list.rows.filter((row) => row !== old), total: list.total - 1, online: list.online - Number(old.isOnline) };
}

// The rules by which the site sorts: a row that is put in here stands where the next reading has it.
let collator: Intl.Collator | undefined;

function comesBefore(a: Channel, b: Channel): boolean {
  if (a.isOnline !== b.isOnline) return a.isOnline;
  // Making one costs as much as a whole card: few lists need it.
  collator ??= new Intl.Collator('zh-Hans-CN', { numeric: true });
  const order = collator.compare(a.name, b.name) || collator.compare(a.schoolName, b.schoolName);
  return order === 0 ? a.id < b.id : order < 0;
}
