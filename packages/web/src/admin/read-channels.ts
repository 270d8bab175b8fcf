// All channels by name, for fields in which one is chosen.
import { type Channel, routes } from '@lubo/contract';
import { call } from '../api.ts';

const pageSize = 200;
/** More than any site has: an answer that never ends is no list. */
const maxPages = 50;

/** Rejects with ApiProblem. */
export async function readChannels(): Promise<Channel[]> {
  const all: Channel[] = [];
  for (let page = 1; page <= maxPages; page++) {
    const { rows, total } = await call(routes.listChannels, { query: { page, pageSize } });
    all.push(...rows);
    if (all.length >= total || rows.length === 0) break;
  }
  return all.sort((a, b) => a.name.localeCompare(b.name, 'zh-CN', { numeric: true }));
}
