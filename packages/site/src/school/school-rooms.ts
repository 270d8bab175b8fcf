// The rooms of the school itself, joined: the site's facts, schools, grades, subjects; pages hear of every change.
import type { SiteEvents } from '@lubo/contract';
import type { Catalog } from '../channels/catalog.ts';
import type { Db } from '../db/tables.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import type { Clock } from '../time.ts';
import { type UsageCounter, createUsageBook } from '../usage/usage.ts';
import { type SiteFacts, createSiteFacts } from './school.ts';
import { type Schools, createSchools, schoolCounters } from './schools.ts';

export type SchoolRoomsOptions = {
  db: Db;
  clock: Clock;
  changes: StateChanges;
  catalog: Catalog;
  /** The product's. */
  version: string;
  tell(event: 'catalog', data: SiteEvents['catalog']): void;
  /** These channels may look different now. */
  touch(channelIds: Iterable<string>): void;
  onFault(error: unknown): void;
};

export type SchoolRooms = { facts: SiteFacts; schools: Schools };

/** What hangs on schools, grades, subjects and teachers; a room adds its own things here. */
const counters: readonly UsageCounter[] = [...schoolCounters];

/** Builds them over one database. */
export function createSchoolRooms({ catalog, version, tell, touch, onFault, ...rest }: SchoolRoomsOptions): SchoolRooms {
  const usage = createUsageBook(counters);
  const touchAllOf = async (gatherIds: readonly string[]): Promise<void> => {
    const { byGather } = await catalog.view();
    touch(gatherIds.flatMap((id) => (byGather.get(id) ?? []).map((channel) => channel.id)));
  };
  const onSchoolChange = (gatherIds: readonly string[]): void => {
    catalog.forget();
    tell('catalog', { of: 'schools' });
    touchAllOf(gatherIds).catch(onFault);
  };
  return { facts: createSiteFacts(rest.db, version), schools: createSchools({ ...rest, usage, onChange: onSchoolChange }) };
}
